// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/beyond_tests.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/report/report.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
void Beyond::declare(CLI::App& command) {
  command.add_flag("--mutate", mutate_,
                   "leave terms out, turn them round and widen them, and show what no test notices and no `# "
                   "allow(untested_term)` explains");
  command.add_flag("--evade", evade_,
                   "write each matching event as known tricks would, and show which forms get away that the recipe's "
                   "`evasions` do not name");
  command.add_flag("--matrix", matrix_, "show which other recipes tell of a recipe's events");
}

Status Beyond::run(Compilation& compilation, Allows& allows, const std::function<bool(const std::string& path)>& wanted,
                   const std::function<void(size_t done, size_t total)>& progress) {
  if (evade_) {
    Result<std::vector<EvasionReport>> reports = evade(compilation, wanted);
    if (!reports.ok()) return reports.error();
    evasions_ = std::move(*reports);
  }
  if (matrix_) {
    Result<std::vector<MatrixRow>> rows = matrix(compilation, wanted);
    if (!rows.ok()) return rows.error();
    rows_ = std::move(*rows);
  }
  if (mutate_) {
    Result<std::vector<MutationReport>> reports = mutate(compilation, allows, wanted, progress);
    if (!reports.ok()) return reports.error();
    mutations_ = std::move(*reports);
  }
  return Done{};
}

std::vector<Beyond::Gap> Beyond::gaps() const {
  std::vector<Gap> all;
  for (const MutationReport& report : mutations_) {
    for (const Survivor& survivor : report.survivors)
      all.push_back({report.of, fmt::format("no test notices: {}:{}: {}", survivor.file, survivor.line, survivor.change)});
  }
  for (const EvasionReport& report : evasions_) {
    for (const EvasionRow& row : report.rows) {
      if (row.open()) all.push_back({report.recipe, fmt::format("{}: gets away: \"{}\"", row.trick, row.escaped)});
    }
    for (const std::string& wrong : report.wrong) all.push_back({report.recipe, "evasions: " + wrong});
  }
  return all;
}

std::string Beyond::text() const {
  std::string out;
  size_t mutants = 0, explained = 0, survivors = 0;
  for (const MutationReport& report : mutations_) {
    mutants += report.mutants;
    explained += report.explained;
    survivors += report.survivors.size();
    if (report.untried > 0) out += "\n" + report.of + ": " + counted(report.untried, "mutant") + " more are not tried\n";
    if (report.survivors.empty()) continue;
    out += "\n" + report.of + ": " + std::to_string(report.survivors.size()) + " of " + counted(report.mutants, "mutant") +
           " pass " + (report.shared ? "all" : "its") + " tests\n";
    for (const Survivor& survivor : report.survivors) {
      out += "  " + survivor.file + ":" + std::to_string(survivor.line) + ": " + printable(survivor.change) + "\n";
      if (!survivor.test.empty()) out += "      a test that notices: test \"...\" " + printable(survivor.test) + "\n";
    }
  }
  if (mutate_)
    out += "\nmutants " + std::to_string(mutants) + ", noticed " + std::to_string(mutants - survivors - explained) +
           (explained > 0 ? ", explained " + std::to_string(explained) : "") + "\n";
  for (const EvasionReport& report : evasions_) {
    if (report.rows.empty()) continue;
    out += "\n" + report.recipe + "\n";
    for (const EvasionRow& row : report.rows) {
      out += "  " + std::string(row.trick) + ": " + std::to_string(row.matched) + " of " + std::to_string(row.tried) + " match";
      if (row.elsewhere > 0) out += fmt::format(", {} by {}", row.elsewhere, fmt::join(row.tellers, ", "));
      if (!row.escaped.empty())
        out += std::string("; gets away") + (row.named ? ", as the recipe says" : "") + ": \"" + printable(row.escaped) + "\"";
      out += "\n";
    }
    std::vector<std::string_view> open;
    for (const EvasionRow& row : report.rows) {
      if (row.open()) open.push_back(row.trick);
    }
    if (!open.empty())
      out += fmt::format("  close what can be closed, and name the rest: evasions [\"{}: why\"]\n", fmt::join(open, ", "));
    for (const std::string& wrong : report.wrong) out += "  evasions: " + printable(wrong) + "\n";
  }
  for (const MatrixRow& row : rows_) {
    if (row.others.empty()) continue;
    out += "\n" + row.recipe + ", " + counted(row.events, "event") + ", of which also\n";
    for (const auto& [other, count] : row.others) out += "  " + std::to_string(count) + " " + other + "\n";
  }
  return out;
}

void Beyond::add_to(nlohmann::ordered_json& all) const {
  using nlohmann::ordered_json;
  if (mutate_) {
    ordered_json& reports = all["mutations"] = ordered_json::array();
    for (const MutationReport& report : mutations_) {
      ordered_json survivors = ordered_json::array();
      for (const Survivor& each : report.survivors) {
        survivors.push_back({{"change", printable(each.change)}, {"file", printable(each.file)}, {"line", each.line}});
        if (!each.test.empty()) survivors.back()["test"] = printable(each.test);
      }
      reports.push_back({{report.shared ? "file" : "recipe", printable(report.of)},
                         {"mutants", report.mutants},
                         {"explained", report.explained},
                         {"survivors", std::move(survivors)}});
    }
  }
  if (evade_) {
    ordered_json& reports = all["evasions"] = ordered_json::array();
    for (const EvasionReport& report : evasions_) {
      ordered_json rows = ordered_json::array();
      for (const EvasionRow& row : report.rows) {
        rows.push_back({{"trick", row.trick}, {"tried", row.tried}, {"matched", row.matched}, {"elsewhere", row.elsewhere}});
        if (row.named) rows.back()["named"] = true;
        if (!row.escaped.empty()) rows.back()["escaped"] = printable(row.escaped);
      }
      reports.push_back({{"recipe", report.recipe}, {"tricks", std::move(rows)}, {"wrong", report.wrong}});
    }
  }
  if (matrix_) {
    ordered_json& rows = all["matrix"] = ordered_json::array();
    for (const MatrixRow& row : rows_) {
      ordered_json others = ordered_json::object();
      for (const auto& [other, count] : row.others) others[other] = count;
      rows.push_back({{"recipe", row.recipe}, {"events", row.events}, {"others", std::move(others)}});
    }
  }
}

}  // namespace recipe::recipec
