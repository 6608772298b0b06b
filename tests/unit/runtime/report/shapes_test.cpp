// SPDX-License-Identifier: Apache-2.0
// Every format, filled with what is hardest to write down, against its schema or a reader of it; its limits; that none of them
// can pass for watched when nothing was.
#include "runtime/report/shapes.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "runtime/catalogue/catalogue.h"
#include "runtime/report/printer.h"
#include "runtime/report/process_members.h"
#include "runtime/report/report.h"
#include "runtime/report/report_page.h"
#include "tests/support/run_command.h"

namespace recipe {
namespace {

// Control characters, bytes that are no UTF-8, and the signs of every format's own language.
const std::string kNasty =
    "\x1b[31m\x01\r\n::error::x%0A %25 <script>alert(1)</script> ]]> \" ' & | = \\ \\| \\= `code` **b** "
    "[l](https://evil.example) "
    "https://evil.example www.evil.example @octocat ~~s~~ </details> &amp; &#60; ##[error] \xff\xfe\xed\xa0\x80 \xef\xbf\xbe "
    "\xe2\x80\xae € 😀 {\"a\":1} ${x} $(y) --- # h\t* li";

Detection detection_of(Importance importance, const std::string& text = kNasty) {
  Detection detection;
  detection.id = uuid_v7(1'795'428'000'000'000'001);
  detection.time_unix_ns = 1'795'428'000'000'000'001;
  detection.sequence = 1;
  detection.recipe = "perl_code";
  detection.title = "Perl code";
  detection.category = "execution";
  detection.method = "command_and_scripting_interpreter";
  detection.status = "stable";
  detection.message = printable("ran " + text);
  detection.importance = importance;
  detection.attack = {{"T1059", "Command and Scripting Interpreter", "execution"}, {"T1059.006", "Python", "execution"}};
  detection.tags = {"cicd"};
  detection.why = {"process.name == perl",
                   "rules/perl code.recipe",
                   3,
                   {{"process.name == perl", printable(text), "rules/perl code.recipe", 3, true, false}},
                   {"argv"}};
  detection.event = "exec";
  detection.argv = {"perl", "-e", text};
  detection.process.pid = 42;
  detection.process.tid = 42;
  detection.process.name = "perl" + text;
  detection.process.exe = "/usr/bin/" + text;
  detection.process.cmdline = "perl -e " + text;
  detection.process.cwd = text;
  detection.process.uid = 0;
  detection.process.user = text;
  detection.ancestors.emplace_back().cmdline = text;
  detection.ancestors.emplace_back().name = text;
  detection.ancestors.back().pid = 1;
  detection.host = {"host " + text, "id", "6.1", "Debian", "boot"};
  detection.actions = {"Look at it."};
  detection.redacted = 2;
  return detection;
}

std::vector<Detection> all_detections() {
  std::vector<Detection> all;
  for (const auto importance :
       {Importance::kNone, Importance::kLow, Importance::kMedium, Importance::kHigh, Importance::kCritical}) {
    all.push_back(detection_of(importance));
  }
  Detection& file = all.emplace_back(detection_of(Importance::kHigh));
  file.event = "open";
  file.values = {{FieldId::file_path, "/etc/" + kNasty}, {FieldId::file_name, kNasty}, {FieldId::file_uid, int64_t{0}}};
  Detection& net = all.emplace_back(detection_of(Importance::kHigh));
  net.event = "connect";
  net.values = {{FieldId::dst_ip, std::string("10.0.0.1")},
                {FieldId::dst_port, int64_t{443}},
                {FieldId::net_protocol, std::string("tcp")}};
  Detection& dns = all.emplace_back(detection_of(Importance::kHigh));
  dns.event = "dns";
  dns.values = {{FieldId::dns_question, std::string("evil.example")}, {FieldId::dns_type, std::string("A")}};
  Detection& contained = all.emplace_back(detection_of(Importance::kHigh));
  for (const FieldInfo& field : all_fields()) {
    const std::string_view part = part_of(field.name).part;
    if (!is_value(field) || (part != "container" && part != "ci" && part != "package")) continue;
    EventValue value{field.id, "v" + kNasty};
    if (field.type == Type::kBool) value.value = int64_t{1};
    contained.values.push_back(std::move(value));
  }
  Detection& bare = all.emplace_back();  // a record may lack nearly everything
  bare.recipe = "bare";
  bare.sequence = 1;
  bare.why.file = "a.recipe";
  bare.id = uuid_v7(1);
  bare.event = "exec";
  return all;
}

Coverage coverage_of(bool whole, bool watched = true) {
  Coverage coverage;
  coverage.mode = Coverage::Mode::kCommand;
  coverage.command = "make " + kNasty;
  coverage.watched = watched;
  coverage.begin_unix_ns = 1'795'428'000'000'000'000;
  coverage.end_unix_ns = 1'795'428'010'000'000'000;
  if (!watched) {
    coverage.obstacle = "no root " + kNasty;
    return coverage;
  }
  coverage.probes = {"fork", "exec"};
  coverage.canary = Coverage::Canary::kSeen;
  coverage.recipes = {{"perl_code", "Perl code", "", Importance::kHigh, false},
                      {"quiet", "Quiet", "", Importance::kLow, false}};
  coverage.skipped = {"off"};
  coverage.events = 12;
  coverage.detections = 9;
  coverage.counts = {{"events_seen", "records that arrived", Coverage::Loss::kNoted, 13},
                     {"argv_truncated", "events whose argv was longer", Coverage::Loss::kCut, 1}};
  if (!whole) {
    coverage.unseen = {"dns"};
    coverage.recipes.push_back({"names", "Names", "", Importance::kLow, true});
    coverage.counts.push_back({"ring_full", "events that found the ring full", Coverage::Loss::kLost, 7});
    BaselineCoverage& baseline = coverage.baseline.emplace();
    baseline.file = ".baseline " + kNasty;
    baseline.known = 143;
    baseline.fresh = 1'002;
    baseline.detected = 1;
    baseline.incomplete = true;
    baseline.novelties = {
        {"exec", "/usr/bin/nc", "/usr/bin/nc", "make > " + kNasty, "nc " + kNasty, "perl_code", 3, coverage.begin_unix_ns},
        {"write", "/etc/" + kNasty, kNasty, "sh", "", "", 1, coverage.begin_unix_ns}};
    baseline.gaps = {"7 ring_full", kNasty};
  }
  return coverage;
}

// As tools/report makes it, without its script.
constexpr std::string_view kPage =
    "<!doctype html><html lang=\"en\"><head><title><!--report:title--></title></head>\n<body><div "
    "id=\"app\"><!--report:static-->"
    "</div>\n<script type=\"application/json\" id=\"data\"><!--report:data--></script>\n</body></html>\n";

PrintOptions options(bool workflow = true) {
  PrintOptions all;
  all.page = kPage;
  if (workflow) all.workflow = ".github/workflows/a b.yml";
  all.subjects = {{"git+https://git.example/a", "gitCommit", "9fceb02d0ae598e95dc970b74767f19372d61af8"}};
  all.host = "https://git.example";
  all.build_type = "urn:recipe:command";
  all.run = "https://git.example/runs/1";
  return all;
}

std::string printed(Format format, const std::vector<Detection>& detections, const Coverage& coverage,
                    const PrintOptions& how = options()) {
  const auto printer = make_printer(format, how);
  std::string out;
  for (const Detection& detection : detections) out += printer->print(detection);
  return out + printer->finish(coverage);
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

void check_valid(const FormatInfo& format, const std::string& text) {
  const ScratchFolder folder;
  const std::string file = folder.write("out", text);
  const auto ran = run_command({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/validate_shape.py",
                                std::string(format.name), file, RECIPE_SOURCE_DIR "/build/validators"});
  INFO(format.name << "\n" << ran.out << ran.err);
  CHECK(ran.code == 0);
  const size_t missing = ran.out.find("NOT checked against");
  if (missing != std::string::npos) std::cerr << format.name << ": " << ran.out.substr(missing);
}

}  // namespace

TEST_CASE("every format is what its readers demand, whatever the event brought and however the watch ended") {
  for (const FormatInfo& format : all_formats()) {
    if (format.format == Format::kText || format.format == Format::kJson) continue;  // of our own: report_test, reciped_test
    check_valid(format, printed(format.format, all_detections(), coverage_of(true)));
    check_valid(format, printed(format.format, all_detections(), coverage_of(false), options(false)));
    check_valid(format, printed(format.format, {}, coverage_of(true, false)));
  }
}

TEST_CASE("what is new against a baseline is named, counted, and never looks like nothing") {
  for (const Format format : {Format::kText, Format::kJson, Format::kSummary, Format::kGithub, Format::kSarif, Format::kJunit,
                              Format::kGitlab, Format::kOcsf, Format::kEcs, Format::kFalco, Format::kCef}) {
    INFO(info(format).name);
    std::string text = printed(format, {}, coverage_of(false));
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"&#47;", "/"}, {"\\/", "/"}}) {
      for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) text.replace(at, from.size(), to);
    }
    CHECK(text.find("/usr/bin/nc") != std::string::npos);
    CHECK(text.find("1002") != std::string::npos);
  }
  Coverage learnt = coverage_of(false);
  learnt.baseline->learnt = true;
  CHECK(printed(Format::kGithub, {}, learnt).find("New against") == std::string::npos);
  CHECK(printed(Format::kJunit, {}, learnt).find("type=\"new\"") == std::string::npos);
  CHECK(printed(Format::kText, {}, learnt).find("learnt") != std::string::npos);
}

TEST_CASE("lines of JSON fit the schema, the coverage too") {
  const ScratchFolder folder;
  const std::string schema = folder.write("schema.json", detection_schema());
  for (const Coverage& coverage : {coverage_of(true), coverage_of(false), coverage_of(true, false)}) {
    std::vector<Detection> detections = all_detections();
    for (Detection& detection : detections) {
      if (detection.status.empty()) detection.status = "stable";
    }
    const auto valid = run_command({"/usr/bin/python3", RECIPE_SOURCE_DIR "/tests/support/validate_json.py", schema},
                                   printed(Format::kJson, detections, coverage));
    INFO(valid.out + valid.err);
    CHECK(valid.code == 0);
  }
}

TEST_CASE("in no format can a run that was not watched pass for one that found nothing") {
  for (const FormatInfo& format : all_formats()) {
    INFO(format.name);
    const std::string nothing = printed(format.format, {}, coverage_of(true));
    const std::string unwatched = printed(format.format, {}, coverage_of(true, false));
    Coverage partial = coverage_of(false);
    partial.baseline.reset();  // it may be incomplete, in this very word
    std::string partly = printed(format.format, {}, partial);
    if (const size_t escaped = partly.find("ring&#95;full"); escaped != std::string::npos)
      partly.replace(escaped, 13, "ring_full");
    CHECK(nothing.find("complete") != std::string::npos);
    const bool said = unwatched.find("NOT WATCHED") != std::string::npos || unwatched.find("none") != std::string::npos;
    CHECK(said);
    CHECK(unwatched.find("complete") == std::string::npos);
    CHECK(partly.find("ring_full") != std::string::npos);
    CHECK(partly.find("complete") == std::string::npos);
  }
}

TEST_CASE("no control character, no byte that is no UTF-8 and no mark of direction leaves in any format but escaped") {
  for (const FormatInfo& format : all_formats()) {
    INFO(format.name);
    const std::string text = printed(format.format, all_detections(), coverage_of(false));
    for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    CHECK(text.find('\xff') == std::string::npos);
    if (format.format == Format::kJson)
      continue;  // JSON keeps characters as they are, readers of terminals are not its readers
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
  }
}

TEST_CASE("annotations are ten of a kind at most, the most important first, and the rest is counted") {
  std::vector<Detection> many;
  for (int i = 0; i < 30; ++i) many.push_back(detection_of(Importance::kHigh, "high"));
  for (int i = 0; i < 3; ++i) many.push_back(detection_of(Importance::kCritical, "critical"));
  many.push_back(detection_of(Importance::kMedium));
  const std::string text = printed(Format::kGithub, many, coverage_of(true));
  CHECK(count(text, "::error ") == 9);  // the tenth is kept for the coverage
  CHECK(count(text, "::warning ") == 1);
  CHECK(text.starts_with("::error file=.github/workflows/a b.yml,line=1,title=critical%3A Perl code::ran critical%0Awhy"));
  CHECK(text.find("24 more detections are not annotated") != std::string::npos);
  CHECK(count(printed(Format::kGithub, many, coverage_of(true, false)), "::error ") == 10);
}

TEST_CASE("a summary keeps within its mebibyte, what the file holds counted, and says what it leaves out") {
  std::vector<Detection> many(900, detection_of(Importance::kHigh, std::string(1500, '*')));
  many.push_back(detection_of(Importance::kCritical, "the worst"));
  Coverage coverage = coverage_of(true);
  coverage.detections = many.size();
  for (const size_t taken : {size_t{0}, size_t{900'000}, size_t{2'000'000}}) {
    PrintOptions how = options();
    how.taken = taken;
    const std::string text = printed(Format::kSummary, many, coverage, how);
    CHECK(text.size() + std::min<size_t>(taken, 1'000'000) <= 1 << 20);
    const bool said = text.find("are left out") != std::string::npos || text.find("without their details") != std::string::npos;
    CHECK(said);
    if (taken < 1'000'000) CHECK(text.find("the worst") < text.find("&#42;"));
  }
}

TEST_CASE("a report holds its bound, the most important, and says how many it leaves out") {
  const auto printer = make_printer(Format::kHtml, options());
  for (size_t i = 0; i < ReportPage::kMostDetections; ++i) CHECK(printer->print(detection_of(Importance::kLow, "x")).empty());
  (void)printer->print(detection_of(Importance::kCritical, "late"));
  const std::string text = printer->finish(coverage_of(true));
  const size_t begin = text.find("id=\"data\">") + 10;
  const auto data = nlohmann::json::parse(text.substr(begin, text.find("</script>", begin) - begin));
  CHECK(data["detections"].size() == ReportPage::kMostDetections);
  CHECK(data["detections"][0]["importance"] == "critical");
  CHECK(data["left_out"] == 1);
  CHECK(text.find("2001 detections, the gravest critical") != std::string::npos);
}

TEST_CASE("a report's page without its places, with one twice or out of order, is refused") {
  CHECK(check_page(kPage).ok());
  CHECK_FALSE(check_page("").ok());
  CHECK_FALSE(check_page(std::string(kPage) + "<!--report:data-->").ok());
  CHECK_FALSE(check_page("<!--report:data--><!--report:static--><!--report:title-->").ok());
}

TEST_CASE("JSON in a page is plain ASCII without signs of HTML, and reads as the same value") {
  for (const std::string value : {"</script><!-- &amp; <b>", "\xe2\x80\xa8 \xe2\x80\xae \xf0\x9f\x98\x80 \x7f", "plain"}) {
    const std::string json = nlohmann::json(value).dump();
    const std::string inert = inert_json(json);
    CHECK(nlohmann::json::parse(inert) == value);
    CHECK(inert.find_first_of("<>&\x7f") == std::string::npos);
    CHECK(std::all_of(inert.begin(), inert.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
  }
  CHECK(inert_json("\"\xff\"") == "\"\\ufffd\"");
}

TEST_CASE("SARIF holds 25,000 results, the most important, and says how many it leaves out") {
  const auto printer = make_printer(Format::kSarif, options());
  Detection low = detection_of(Importance::kLow, "x");
  for (int i = 0; i < 25'001; ++i) CHECK(printer->print(low).empty());
  (void)printer->print(detection_of(Importance::kCritical, "late"));
  const auto run = nlohmann::json::parse(printer->finish(coverage_of(true)))["runs"][0];
  CHECK(run["results"].size() == 25'000);
  CHECK(run["results"][0]["properties"]["importance"] == "critical");
  CHECK(run["invocations"][0].dump().find("2 results are left out") != std::string::npos);
  CHECK(run["invocations"][0]["executionSuccessful"] == true);
}

TEST_CASE("findings point at the workflow where it is known, else at the recipe, and never elsewhere") {
  const auto uri = [](bool workflow) {
    const auto log =
        nlohmann::json::parse(printed(Format::kSarif, {detection_of(Importance::kHigh)}, coverage_of(true), options(workflow)));
    return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].get<std::string>();
  };
  CHECK(uri(true) == ".github/workflows/a%20b.yml");
  CHECK(uri(false) == "rules/perl%20code.recipe");
}

TEST_CASE("the same finding has the same fingerprint in the next run, another one has another") {
  const auto print = [](const Detection& detection) {
    const auto log = nlohmann::json::parse(printed(Format::kSarif, {detection}, coverage_of(true)));
    return log["runs"][0]["results"][0]["partialFingerprints"]["recipeFinding/v1"].get<std::string>();
  };
  Detection one = detection_of(Importance::kHigh, "a"), again = detection_of(Importance::kHigh, "a");
  again.process.pid = 7;
  again.time_unix_ns += 1;
  CHECK(print(one) == print(again));
  CHECK(print(one) != print(detection_of(Importance::kHigh, "b")));
}

TEST_CASE("every format has a name of its own and words for the help") {
  std::vector<std::string_view> names;
  for (const FormatInfo& format : all_formats()) {
    CHECK(find_format(format.name) == &format);
    CHECK(&info(format.format) == &format);
    CHECK(format.doc.size() > 10);
    CHECK(std::find(names.begin(), names.end(), format.name) == names.end());
    names.push_back(format.name);
  }
  CHECK(find_format("xml") == nullptr);
}

TEST_CASE("every shape names the container, and the formats for people the job too") {
  Detection detection = detection_of(Importance::kHigh, "x");
  const std::string id(64, 'a');
  detection.values = {{FieldId::container_id, id},
                      {FieldId::container_runtime, std::string("containerd")},
                      {FieldId::container_name, std::string("web")},
                      {FieldId::container_image, std::string("reg.corp:5000/team/web:1.4")},
                      {FieldId::container_pod, std::string("web-7d9c")},
                      {FieldId::container_namespace, std::string("shop")},
                      {FieldId::ci_provider, std::string("github")},
                      {FieldId::ci_repository, std::string("octo/app")},
                      {FieldId::ci_run_id, std::string("6180339")},
                      {FieldId::process_package_owned, int64_t{1}},
                      {FieldId::process_package_name, std::string("perl-base")}};
  const auto line = [&](Format format) {
    const std::string text = printed(format, {detection}, coverage_of(true));
    return nlohmann::json::parse(text.substr(0, text.find('\n')));
  };
  const auto json = line(Format::kJson);
  CHECK(json["container"] == nlohmann::json({{"id", id},
                                             {"runtime", "containerd"},
                                             {"name", "web"},
                                             {"image", "reg.corp:5000/team/web:1.4"},
                                             {"pod", "web-7d9c"},
                                             {"namespace", "shop"}}));
  CHECK(json["ci"] == nlohmann::json({{"provider", "github"}, {"repository", "octo/app"}, {"run_id", "6180339"}}));
  CHECK(json["package"] == nlohmann::json({{"owned", true}, {"name", "perl-base"}}));
  CHECK_FALSE(json["event"].contains("container"));
  const auto ecs = line(Format::kEcs);
  CHECK(ecs["container"]["image"] == nlohmann::json({{"name", "reg.corp:5000/team/web"}, {"tag", {"1.4"}}}));
  CHECK(ecs["orchestrator"]["namespace"] == "shop");
  CHECK(ecs["package"]["name"] == "perl-base");
  CHECK(ecs["labels"]["ci_repository"] == "octo/app");
  const auto ocsf = line(Format::kOcsf);
  CHECK(ocsf["evidences"][0]["process"]["container"]["uid"] == id);
  CHECK(ocsf["unmapped"]["ci"]["run_id"] == "6180339");
  CHECK(ocsf["metadata"]["profiles"] == nlohmann::json({"host", "container"}));
  const auto falco = line(Format::kFalco);
  CHECK(falco["output_fields"]["container.id"] == id.substr(0, 12));
  CHECK(falco["output_fields"]["container.image.tag"] == "1.4");
  CHECK(falco["output_fields"]["k8s.ns.name"] == "shop");
  const std::string cef = printed(Format::kCef, {detection}, coverage_of(true));
  CHECK(cef.find("cs6Label=container cs6=" + id.substr(0, 12) + " web (containerd, image") != std::string::npos);
  CHECK(cef.find("flexString1=github octo/app, run 6180339") != std::string::npos);
  for (const Format format : {Format::kText, Format::kSarif, Format::kJunit, Format::kGithub, Format::kGitlab}) {
    INFO(info(format).name);
    const std::string text = printed(format, {detection}, coverage_of(true));
    CHECK(text.find("octo/app, run 6180339") != std::string::npos);
    CHECK(text.find(id.substr(0, 12) + " web") != std::string::npos);
  }
}

TEST_CASE("an image's tag is told from its registry's port and from its digest") {
  const auto split = [](const char* image) {
    const ImageName name = split_image(image);
    return name.name + "|" + name.tag;
  };
  CHECK(split("nginx") == "nginx|");
  CHECK(split("nginx:1.25") == "nginx|1.25");
  CHECK(split("reg.corp:5000/web") == "reg.corp:5000/web|");
  CHECK(split("reg.corp:5000/web:1@sha256:abc") == "reg.corp:5000/web|1");
}

}  // namespace recipe
