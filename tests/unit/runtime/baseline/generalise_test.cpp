// SPDX-License-Identifier: Apache-2.0
// What differs from run to run is spelled alike; what a reader must tell apart is not.
#include "runtime/baseline/generalise.h"

#include <catch2/catch.hpp>

namespace recipe {
namespace {

const Generaliser kJob({{{"/home/runner/work/site/site", "workspace"},
                         {"/home/runner/work/_temp", "temp"},
                         {"/tmp", "temp"},
                         {"/home/runner", "home"}},
                        {"10.0.0.53"},
                        {"corp.example"}});

}  // namespace

TEST_CASE("places of the run are named, the longest first, by whole components") {
  CHECK(kJob.program("/home/runner/work/site/site/ci/build.sh") == "{workspace}/ci/build.sh");
  CHECK(kJob.program("/home/runner/.local/bin/tool") == "{home}/.local/bin/tool");
  CHECK(kJob.program("/home/runner2/bin/tool") == "/home/runner2/bin/tool");
  CHECK(kJob.program("/home/runner/work/_temp/3f2504e0-4f89-11d3-9a0c-0305e82c3301.sh") == "{temp}/{uuid}.sh");
  CHECK(kJob.program("/tmp/pip-build-env-a8f_x2/overlay/bin/cmake") == "{temp}/{random}/overlay/bin/cmake");
  CHECK(kJob.program("/tmp/evil") == "{temp}/evil");
}

TEST_CASE("versions and names with numbers stay, hashes, long numbers and temporary names do not") {
  CHECK(kJob.program("/usr/bin/python3.11") == "/usr/bin/python3.11");
  CHECK(kJob.program("/usr/bin/sha256sum") == "/usr/bin/sha256sum");
  CHECK(kJob.program("/usr/bin/x86_64-linux-gnu-gcc-12") == "/usr/bin/x86_64-linux-gnu-gcc-12");
  CHECK(kJob.program("/opt/node/18.17.1/bin/node") == "/opt/node/18.17.1/bin/node");
  CHECK(kJob.program("/var/lib/x/9f86d081884c7d65/bin") == "/var/lib/x/{hash}/bin");
  CHECK(kJob.program("/home/runner/work/site/site/b/CMakeFiles/CMakeScratch/TryCompile-PBF3Kz/cmTC_0a5d1") ==
        "{workspace}/b/CMakeFiles/CMakeScratch/TryCompile-{random}/cmTC_{random}");
  CHECK(kJob.program("/tmp/tmp.CoACCH4jFU") == "{temp}/tmp.{random}");
}

TEST_CASE("what is written below the workspace and temp is a folder, elsewhere a file") {
  CHECK(kJob.written("/home/runner/work/site/site/x.txt") == "{workspace}/*");
  CHECK(kJob.written("/home/runner/work/site/site/.git/hooks/post-checkout") == "{workspace}/.git/hooks/*");
  CHECK(kJob.written("/home/runner/work/site/site/a/b/c/d.o") == "{workspace}/a/b/**");
  CHECK(kJob.written("/tmp/a/b") == "{temp}/**");
  CHECK(kJob.written("/home/runner/.ssh/authorized_keys") == "{home}/.ssh/authorized_keys");
  CHECK(kJob.written("/etc/ld.so.preload") == "/etc/ld.so.preload");
  CHECK(kJob.written("/proc/4242/oom_score_adj") == "/proc/{pid}/oom_score_adj");
  CHECK(kJob.written("/proc/4242/task/4243/comm") == "/proc/{pid}/task/{tid}/comm");
  CHECK(kJob.written("/dev/pts/3") == "/dev/pts/{n}");
  CHECK(kJob.written("/run/user/1000/bus") == "/run/user/{uid}/bus");
}

TEST_CASE("no byte of a path can be taken for the baseline's own signs") {
  CHECK(kJob.program("/a/x y\n*{home}\\\xff\xe2\x80\xae") == "/a/x\\x20y\\x0a\\*\\{home}\\\\\\xff\\xe2\\x80\\xae");
  CHECK(kJob.program("/a/é#1") == "/a/é#1");
}

TEST_CASE("names keep whose they are, and lose what a run made of them") {
  CHECK(kJob.name("github.com") == "github.com");
  CHECK(kJob.name("pipelines12.actions.githubusercontent.com") == "pipelines{n}.actions.githubusercontent.com");
  CHECK(kJob.name("9f86d081884c7d65.evil1.com") == "{hash}.evil1.com");
  CHECK(kJob.name("s3.us-east-1.amazonaws.com") == "s3.us-east-1.amazonaws.com");
  CHECK(kJob.name("4.3.2.10.in-addr.arpa") == "{address}.in-addr.arpa");
  CHECK(kJob.name("github.com.corp.example") == "github.com.{search}");
  CHECK(kJob.name("localhost") == "localhost");
}

TEST_CASE("a peer is its name, else its address; resolvers and local ports of the run are named") {
  CHECK(kJob.peer("github.com", "140.82.112.3", 443, "tcp") == "github.com:443/tcp");
  CHECK(kJob.peer("", "203.0.113.5", 4444, "tcp") == "203.0.113.5:4444/tcp");
  CHECK(kJob.peer("", "2001:db8::1", 443, "tcp") == "[2001:db8::1]:443/tcp");
  CHECK(kJob.peer("", "10.0.0.53", 53, "udp") == "{resolver}:53/udp");
  CHECK(kJob.peer("x.example", "127.0.0.1", 40'123, "tcp") == "localhost:{port}/tcp");
  CHECK(kJob.peer("", "127.0.0.1", 5432, "tcp") == "localhost:5432/tcp");
}

}  // namespace recipe
