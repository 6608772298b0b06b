// SPDX-License-Identifier: Apache-2.0
// Random command lines of six interpreters, made of options that they really have: letters in clusters, values glued and apart,
// `--`, `-`, scripts and their arguments, values that look like flags. Each line carries code that prints a sentinel where the
// interpreter may take it for code. What a line means is not known here: the interpreter is asked (run_line.h).
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace recipe::oracle {

using Words = std::vector<std::string>;

struct Interpreter {
  std::string name;                   // the table of results
  std::string executable;             // as it is called
  std::string script;                 // a file that prints kScriptMark
  std::string before, middle, after;  // code: before + first half + middle + second half + after
  std::string letters;                // options without a value that may be clustered
  std::vector<Words> options;
  std::vector<std::string> glued_ahead;  // what may stand in one cluster before the code's letter: 0777, l012
  std::string code_letters;              // take code glued or as the next element
  std::vector<std::string> code_words;   // take code as the next element, or glued where they end in `=`
  bool equals = false;                   // -r=CODE
};

inline constexpr std::string_view kScriptMark = "THE-SCRIPT-RAN";

struct File {
  std::string name, text;
};

// What lies in the folder in which a line runs. Modules named `e` and `c` exist, so that they can be asked for.
inline std::vector<File> files() {
  const std::string mark{kScriptMark};
  return {{"s.pl", "print \"" + mark + "\\n\";"},
          {"s.py", "print('" + mark + "')"},
          {"s.rb", "puts '" + mark + "'"},
          {"s.js", "console.log('" + mark + "')"},
          {"s.php", "<?php echo \"" + mark + "\\n\";"},
          {"s.lua", "print('" + mark + "')"},
          {"e.lua", "return {}"},
          {"e.rb", ""},
          {"e.pm", "package e; 1;"},
          {"c.py", "print('" + mark + "')"},
          {"e", ""},
          {"settings.env", ""}};
}

inline std::vector<Interpreter> interpreters() {
  return {
      {"perl",
       "perl",
       "s.pl",
       "BEGIN{$|=1;print qq(",
       ").qq(",
       ")}",
       "acfgnpsStTUwWX",
       {{"-0"},        {"-0777"},    {"-0xFF"},       {"-l"},          {"-l012"},
        {"-C"},        {"-CS"},      {"-C7"},         {"-i"},          {"-i.bak"},
        {"-ie"},       {"-pie"},     {"-F,"},         {"-F:e"},        {"-Ilib"},
        {"-I", "lib"}, {"-I", "-e"}, {"-I", "lib/e"}, {"-Ie"},         {"-Mstrict"},
        {"-Mre"},      {"-mre"},     {"-M-warnings"}, {"-Mopen=:std"}, {"-MPOSIX=floor"},
        {"-v"},        {"-h"},       {"-V:version"},  {"-D"}},
       {"0777", "l", "l012", "0", "0xff"},
       "eE",
       {}},
      {"python",
       "/usr/bin/python3",
       "s.py",
       "print('",
       "'+'",
       "')",
       "bBdEIOPqRsStuvx",
       {{"-W", "i"},
        {"-Wi"},
        {"-Wc"},
        {"-W", "-c"},
        {"-X", "dev"},
        {"-Xdev"},
        {"-X", "c"},
        {"-Xc"},
        {"-OO"},
        {"-bb"},
        {"-V"},
        {"-h"},
        {"--check-hash-based-pycs", "never"},
        {"--version"},
        {"--help"},
        {"-?"},
        {"-m", "c"},
        {"-mc"},
        {"-Bm", "c"},
        {"-msite"}},
       {},
       "c",
       {}},
      {"ruby",
       "ruby",
       "s.rb",
       "BEGIN{print('",
       "'+'",
       "')}",
       "adlnpsSvwU",
       {{"-0"},
        {"-0777"},
        {"-W"},
        {"-W0"},
        {"-W2"},
        {"-W:no-deprecated"},
        {"-W:experimental"},
        {"-Ilib"},
        {"-I", "lib"},
        {"-I", "-e"},
        {"-I", "e"},
        {"-rjson"},
        {"-r", "json"},
        {"-rerb"},
        {"-r", "set"},
        {"-r", "./e"},
        {"-C", "."},
        {"-C."},
        {"-X", "."},
        {"-Eutf-8"},
        {"-E", "utf-8"},
        {"-Ku"},
        {"-Ke"},
        {"-KE"},
        {"-i"},
        {"-i.bak"},
        {"-ie"},
        {"-pie"},
        {"-F:"},
        {"-F,e"},
        {"--disable", "gems"},
        {"--disable-gems"},
        {"--disable=gems"},
        {"--enable", "frozen-string-literal"},
        {"--enable=gems"},
        {"--encoding", "utf-8"},
        {"--encoding=utf-8"},
        {"--external-encoding", "utf-8"},
        {"--internal-encoding=utf-8"},
        {"--backtrace-limit=3"},
        {"--backtrace-limit", "3"},
        {"--verbose"},
        {"--debug"},
        {"-c"},
        {"-h"},
        {"--help"},
        {"--version"},
        {"--copyright"}},
       {"0777", "l", "W0", "W", "0", "Ku"},
       "e",
       {}},
      {"node",
       "node",
       "s.js",
       "console.log('",
       "'+'",
       "')",
       "",
       {{"-r", "fs"},
        {"--require", "fs"},
        {"--require=fs"},
        {"-r", "./e"},
        {"-C", "x"},
        {"--conditions", "e"},
        {"--conditions=e"},
        {"--no-warnings"},
        {"--no_warnings"},
        {"--trace-warnings"},
        {"--stack-size=900"},
        {"--stack_size=900"},
        {"--max-http-header-size", "16384"},
        {"--max_http_header_size", "16384"},
        {"--title", "e"},
        {"--title=x"},
        {"--input-type=commonjs"},
        {"--input-type", "commonjs"},
        {"--expose-gc"},
        {"--throw-deprecation"},
        {"--unhandled-rejections", "none"},
        {"--enable-source-maps"},
        {"--inspect-port", "0"},
        {"--inspect_port=0"},
        {"--preserve-symlinks"},
        {"--dns-result-order", "verbatim"},
        {"--disable-proto", "delete"},
        {"--icu-data-dir", "x"},
        {"--pending-deprecation"},
        {"--max-old-space-size=100"},
        {"--report-signal", "SIGUSR2"},
        {"--v8-pool-size", "1"},
        {"--diagnostic-dir", "."},
        {"--disable-warning", "x"},
        {"--env-file", "settings.env"},
        {"--zero-fill-buffers"},
        {"-v"},
        {"-h"},
        {"--version"},
        {"--help"}},
       {},
       "",
       {"-e", "--eval", "--eval=", "-p", "-pe", "--print"}},
      {"php",
       "php",
       "s.php",
       "echo '",
       "'.'",
       "';",
       "enqC",
       {{"-d", "x=1"},
        {"-dx=1"},
        {"-d", "-r"},
        {"-dr"},
        {"-d=r"},
        {"-c", "."},
        {"-c."},
        {"-c", "-r"},
        {"--define", "x=1"},
        {"--define=x=1"},
        {"--php-ini", "."},
        {"-t", "."},
        {"--no-php-ini"},
        {"-v"},
        {"-i"},
        {"-m"},
        {"-h"},
        {"-l"},
        {"-w"},
        {"-s"},
        {"--ini"},
        {"--rf", "strlen"},
        {"--ri", "date"},
        {"--version"}},
       {},
       "rBE",
       {"--run", "--run=", "--process-begin", "--process-end="},
       true},
      {"lua",
       "lua5.4",
       "s.lua",
       "print('",
       "'..'",
       "')",
       "",
       {{"-E"}, {"-W"}, {"-v"}, {"-l", "string"}, {"-lstring"}, {"-l", "g=string"}, {"-lg=string"}, {"-le"}, {"-l", "e"}},
       {},
       "e",
       {}},
  };
}

struct Line {
  Words arguments;       // without argv[0]
  std::string sentinel;  // printed by the code alone: it stands nowhere in the line in one piece
};

class LineMaker {
 public:
  LineMaker(const Interpreter& interpreter, uint64_t seed) : of_(interpreter), random_(seed) {}

  Line next() {
    Line line;
    const std::string first = "RAN" + letters(6), second = letters(6);
    line.sentinel = first + second;
    code_ = of_.before + first + of_.middle + second + of_.after;
    for (size_t n = below(4); n > 0; --n) append(line.arguments, option());
    switch (below(9)) {
      case 0:  // after a script, and below it, after the end of options or its input: the code is an argument
        append(line.arguments, {of_.script});
        break;
      case 1:
        append(line.arguments, {"--"});
        break;
      case 2:
        append(line.arguments, {of_.script, "--"});
        break;
      case 3:
        append(line.arguments, {"-"});
        break;
      default:
        break;
    }
    if (below(8) == 0) {
      append(line.arguments, {of_.script, "x"});
    } else {
      append(line.arguments, code_option());
    }
    if (below(3) == 0) append(line.arguments, below(2) == 0 ? Words{of_.script, "-x"} : Words{"--", "-e", "x"});
    return line;
  }

 private:
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  template <typename T>
  const T& one_of(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::string letters(size_t n) {
    std::string text;
    while (text.size() < n) text += static_cast<char>('G' + below(16));
    return text;
  }
  std::string cluster(size_t most) {
    std::string text;
    for (size_t n = below(most + 1); n > 0 && !of_.letters.empty(); --n) text += of_.letters[below(of_.letters.size())];
    return text;
  }
  static void append(Words& to, const Words& words) { to.insert(to.end(), words.begin(), words.end()); }

  Words option() {
    if (!of_.letters.empty() && below(2) == 0) {
      const std::string text = cluster(3);
      if (!text.empty()) return {"-" + text};
    }
    return one_of(of_.options);
  }

  Words code_option() {
    if (of_.code_letters.empty() || (!of_.code_words.empty() && below(4) == 0)) {
      const std::string& word = one_of(of_.code_words);
      return word.ends_with('=') ? Words{word + code_} : Words{word, code_};
    }
    std::string text = "-" + cluster(2);
    if (!of_.glued_ahead.empty() && below(4) == 0) text += one_of(of_.glued_ahead);
    text += of_.code_letters[below(of_.code_letters.size())];
    if (of_.equals && below(6) == 0) return {text + "=" + code_};
    return below(3) == 0 ? Words{text + code_} : Words{text, code_};
  }

  const Interpreter& of_;
  std::mt19937_64 random_;
  std::string code_;
};

}  // namespace recipe::oracle
