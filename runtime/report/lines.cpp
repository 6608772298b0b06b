// SPDX-License-Identifier: Apache-2.0
// The two shapes of our own as printers: text and JSON Lines.
#include "runtime/report/shapes.h"

namespace recipe {
namespace {

class TextPrinter final : public Printer {
 public:
  explicit TextPrinter(bool colour) : colour_(colour) {}
  std::string print(const Detection& detection) override { return to_text(detection, colour_); }
  std::string finish(const Coverage& coverage) override { return "coverage\n" + to_text(coverage); }

 private:
  bool colour_;
};

class JsonPrinter final : public Printer {
 public:
  std::string print(const Detection& detection) override { return to_json(detection) + "\n"; }
  std::string finish(const Coverage& coverage) override { return to_json(coverage) + "\n"; }
};

}  // namespace

std::unique_ptr<Printer> make_Text_printer(const PrintOptions& options) {
  return std::make_unique<TextPrinter>(options.colour);
}

std::unique_ptr<Printer> make_Json_printer(const PrintOptions&) {
  return std::make_unique<JsonPrinter>();
}

}  // namespace recipe
