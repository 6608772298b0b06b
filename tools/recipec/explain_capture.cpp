// SPDX-License-Identifier: Apache-2.0
// See explain_capture.h. Each file is a run of its own, as `reciped replay` makes one of it; the figures are of all together.
#include "tools/recipec/explain_capture.h"

#include <algorithm>

#include "tools/common/events.h"
#include "tools/recipec/command.h"
#include "tools/recipec/figures.h"
#include "tools/recipec/progress.h"
#include "tools/recipec/words.h"

namespace recipe::recipec {
namespace {

constexpr uint64_t kShownComplaints = 100;  // of lines or records that are no events; the rest is counted

}  // namespace

int explain_capture(const Artefact& artefact, const CaptureRequest& request) {
  if (std::count(request.files.begin(), request.files.end(), "-") > 1) {
    complain("`-` (stdin) is read once: it stands once behind --capture");
    return kUsage;
  }
  Result<Measurement> built = Measurement::build(artefact);
  if (!built.ok()) {
    complain("internal fault: " + built.error().message());
    return kFault;
  }
  Measurement& measurement = *built;
  const Progress progress = progress_line("events");
  uint64_t broken = 0;
  for (const std::string& file : request.files) {
    const auto refuse = [&](const std::string& what) {
      if (broken++ < kShownComplaints) complain("`" + file + "`: " + what);
    };
    uint64_t records = 0;
    const auto give = [&](std::span<const std::byte> record) {
      ++records;
      if (const Status added = measurement.add(record); !added.ok())
        refuse("record " + std::to_string(records) + ": " + added.error().message());
      if (progress) progress(measurement.events(), 0);
      return true;
    };
    measurement.begin();
    const Result<EventsRead> read = read_events(file, give, refuse);
    measurement.end();
    if (read.ok()) continue;
    if (progress) progress(0, 0);
    complain(read.error().message());
    return is_wrong_input(read.error()) ? kUsage : kFault;
  }
  if (progress) progress(0, 0);
  if (broken > kShownComplaints) complain(std::to_string(broken - kShownComplaints) + " more like these");
  if (measurement.events() == 0) {
    complain((request.files.size() == 1 ? "`" + request.files[0] + "` holds" : "the captures hold") +
             " no event: there is nothing to measure");
    return kUsage;
  }
  const Figures figures(measurement, request.files.size(), broken);
  say(request.format == CaptureFormat::kJson ? figures.json(request.only) : figures.text(request.only));
  return broken > 0 ? kFindings : kClean;
}

}  // namespace recipe::recipec
