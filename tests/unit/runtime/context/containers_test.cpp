// SPDX-License-Identifier: Apache-2.0
// From a cgroup's path to the container, and from there to its runtime's files: as Docker, containerd, CRI-O and Podman write
// them, and as nobody should.
#include "runtime/context/containers.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/run_command.h"
#include "tests/support/skip.h"

namespace recipe {
namespace {

using nlohmann::json;

const std::string kId = "4f1c7f3c9d0b2a6e8f5d1c3b7a9e0f2d4c6b8a0e1f3d5c7b9a8e6f4d2c0b1a3e";
const std::string kOther(64, '7');

std::string of_path(const std::string& path) {
  const auto found = container_of_cgroup(path);
  if (!found) return "none";
  CHECK((found->id == kId || found->id == kOther));
  return (found->runtime.empty() ? "?" : found->runtime) + (found->id == kId ? "" : " other") + (found->users ? " user's" : "");
}

// Files of runtimes below a folder of the test's.
struct Machine {
  ScratchFolder folder;
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(folder.path(path)).parent_path());
    (void)folder.write(path, text);
  }
  [[nodiscard]] std::string docker(const std::string& id = kId) const {
    return "var/lib/docker/containers/" + id + "/config.v2.json";
  }
  void write_docker(const std::string& name = "/web") const {
    write(docker(), json({{"ID", kId},
                          {"Name", name},
                          {"Image", "sha256:aaaa"},
                          {"Config", {{"Image", "reg.corp/web:1.4"}, {"Env", {"TOKEN=s3cr3t"}}}}})
                        .dump());
  }
  [[nodiscard]] std::string find(const std::string& path) const {
    Containers containers(folder.path());
    return find(containers, path);
  }
  [[nodiscard]] static std::string find(Containers& containers, const std::string& path) {
    const auto cgroup = container_of_cgroup(path);
    REQUIRE(cgroup);
    const ContainerInfo* info = containers.find(*cgroup);
    if (info == nullptr) return "none";
    return info->runtime + "|" + info->name + "|" + info->image + "|" + info->pod + "|" + info->name_space;
  }
};

}  // namespace

TEST_CASE("runtimes are told by how they name cgroups") {
  CHECK(of_path("/system.slice/docker-" + kId + ".scope") == "docker");
  CHECK(of_path("/docker/" + kId) == "docker");
  CHECK(of_path("/docker/" + kId + "/init/sub") == "docker");
  CHECK(of_path("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" + kId + ".scope") == "containerd");
  CHECK(of_path("/kubepods-pod1.slice:cri-containerd:" + kId) == "containerd");
  CHECK(of_path("/kubepods.slice/kubepods-besteffort.slice/crio-" + kId + ".scope") == "cri-o");
  CHECK(of_path("/machine.slice/libpod-" + kId + ".scope/container") == "podman");
  CHECK(of_path("/libpod_parent/libpod-" + kId) == "podman");
  CHECK(of_path("/system.slice/web.service/libpod-payload-" + kId) == "podman");
  CHECK(of_path("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope") == "podman user's");
  CHECK(of_path("/kubepods/burstable/pod1/" + kId) == "?");
  CHECK(of_path("/actions_job/" + kId) == "?");
}

TEST_CASE("the outermost container counts: those inside may name their own cgroups as they like") {
  CHECK(of_path("/docker/" + kId + "/docker/" + kOther) == "docker");
  CHECK(of_path("/docker/" + kId + "/system.slice/crio-" + kOther + ".scope") == "docker");
}

TEST_CASE("what is no container's cgroup is none, odd bytes and lengths included") {
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("/user.slice"), "/docker/" + kId.substr(1), "/docker/" + kId + "a",
        "/docker-" + kId, "/system.slice/docker-conmon-" + kId + ".scope", "/libpod-conmon-" + kId + ".scope",
        "/docker/../../" + kId.substr(0, 62) + "..", "/docker/" + std::string(64, 'A'), "/docker/" + std::string(64, '/'),
        "/docker/" + kId.substr(0, 63) + "\xff", "/docker/" + kId.substr(0, 63) + "\n", std::string(5000, '/'),
        std::string(4096, 'a'), "/docker/" + kId.substr(0, 32) + std::string(1, '\0') + kId.substr(33)}) {
    INFO(path);
    const auto found = container_of_cgroup(path);
    if (path.starts_with("/docker-")) {
      CHECK(found);  // the driver's name, without systemd
    } else {
      CHECK_FALSE(found);
    }
  }
}

TEST_CASE("the paths of /proc/PID/cgroup, version 2 first, whatever bytes they have") {
  CHECK(cgroup_paths("").empty());
  CHECK(cgroup_paths("no colon\none:\n").empty());
  const auto paths = cgroup_paths("9:name=systemd:/a\n4:memory:/b:c\n0::/d\xff");
  REQUIRE(paths.size() == 3);
  CHECK(paths[0] == "/d\xff");
  CHECK(paths[1] == "/a");
  CHECK(paths[2] == "/b:c");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "1:cpu:/x\n";
  CHECK(cgroup_paths(many).size() == 64);
}

TEST_CASE("Docker's own file names container and image") {
  Machine machine;
  machine.write_docker();
  CHECK(machine.find("/system.slice/docker-" + kId + ".scope") == "docker|web|reg.corp/web:1.4||");
  CHECK(machine.find("/actions_job/" + kId) == "docker|web|reg.corp/web:1.4||");
  CHECK(machine.find("/docker/" + kOther) == "docker||||");
  CHECK(machine.find("/actions_job/" + kOther) == "none");
}

TEST_CASE("containerd's bundle names container, image, pod and namespace, k3s's too") {
  for (const char* place : {"run/containerd", "run/k3s/containerd"}) {
    Machine machine;
    machine.write(std::string(place) + "/io.containerd.runtime.v2.task/k8s.io/" + kId + "/config.json",
                  json({{"ociVersion", "1.1.0"},
                        {"process", {{"env", {"TOKEN=s3cr3t"}}}},
                        {"annotations",
                         {{"io.kubernetes.cri.container-name", "app"},
                          {"io.kubernetes.cri.image-name", "reg.corp/app:2"},
                          {"io.kubernetes.cri.sandbox-name", "app-7d9c"},
                          {"io.kubernetes.cri.sandbox-namespace", "shop"}}}})
                      .dump());
    CHECK(machine.find("/kubepods.slice/cri-containerd-" + kId + ".scope") == "containerd|app|reg.corp/app:2|app-7d9c|shop");
    CHECK(machine.find("/kubepods/burstable/pod1/" + kId) == "containerd|app|reg.corp/app:2|app-7d9c|shop");
  }
}

TEST_CASE("CRI-O's bundle, with labels as a text of JSON") {
  Machine machine;
  const json labels = {{"io.kubernetes.container.name", "app"},
                       {"io.kubernetes.pod.name", "app-7d9c"},
                       {"io.kubernetes.pod.namespace", "shop"},
                       {"more", std::string(3000, 'x')}};
  machine.write("run/containers/storage/overlay-containers/" + kId + "/userdata/config.json",
                json({{"annotations",
                       {{"io.container.manager", "cri-o"},
                        {"io.kubernetes.cri-o.ImageName", "reg.corp/app:2"},
                        {"io.kubernetes.cri-o.Labels", labels.dump()}}}})
                    .dump());
  CHECK(machine.find("/kubepods.slice/crio-" + kId + ".scope") == "cri-o|app|reg.corp/app:2|app-7d9c|shop");
  CHECK(machine.find("/kubepods/pod1/" + kId) == "cri-o|app|reg.corp/app:2|app-7d9c|shop");
}

TEST_CASE("Podman's bundle and index") {
  Machine machine;
  machine.write("var/lib/containers/storage/overlay-containers/" + kId + "/userdata/config.json",
                json({{"annotations", {{"io.container.manager", "libpod"}}}}).dump());
  machine.write(
      "var/lib/containers/storage/overlay-containers/containers.json",
      json({{{"id", kOther}, {"names", {"no"}}},
            {{"id", kId}, {"names", {"web"}}, {"metadata", json({{"image-name", "docker.io/library/nginx:1"}}).dump()}}})
          .dump());
  CHECK(machine.find("/machine.slice/libpod-" + kId + ".scope") == "podman|web|docker.io/library/nginx:1||");
  // A user's own cgroups may have any name: no file of root's runtimes is asked about them.
  CHECK(machine.find("/user.slice/user-1.slice/libpod-" + kId + ".scope") == "podman||||");
}

TEST_CASE("a container that was renamed has its new name, one that has ended keeps its last") {
  Machine machine;
  machine.write_docker();
  Containers containers(machine.folder.path());
  const std::string path = "/docker/" + kId;
  CHECK(Machine::find(containers, path) == "docker|web|reg.corp/web:1.4||");
  machine.write_docker("/renamed");
  CHECK(Machine::find(containers, path) == "docker|renamed|reg.corp/web:1.4||");
  std::filesystem::remove_all(machine.folder.path("var/lib/docker"));
  CHECK(Machine::find(containers, path) == "docker|renamed|reg.corp/web:1.4||");
}

TEST_CASE("a file that lies, or is none, leaves the id and the runtime") {
  const std::string path = "/docker/" + kId, bare = "docker||||";
  Machine machine;
  SECTION("empty") {
    machine.write(machine.docker(), "");
  }
  SECTION("no JSON") {
    machine.write(machine.docker(), "{\"ID\":");
  }
  SECTION("other types") {
    machine.write(machine.docker(), json({{"ID", kId}, {"Name", {1, 2}}, {"Config", "x"}}).dump());
  }
  SECTION("a list") {
    machine.write(machine.docker(), "[1,2]");
  }
  SECTION("another container's") {
    machine.write(machine.docker(), json({{"ID", kOther}, {"Name", "/no"}}).dump());
  }
  SECTION("deep") {
    machine.write(machine.docker(), std::string(200'000, '[') + std::string(200'000, ']'));
  }
  SECTION("bytes that are no UTF-8") {
    machine.write(machine.docker(), "{\"ID\":\"" + kId + "\",\"Name\":\"\xff\"}");
  }
  SECTION("names longer than names are, and with a NUL") {
    machine.write(
        machine.docker(),
        json({{"ID", kId}, {"Name", std::string(5000, 'n')}, {"Config", {{"Image", std::string("a\0b", 3)}}}}).dump());
  }
  SECTION("huge") {
    machine.write(machine.docker(),
                  json({{"ID", kId}, {"Name", "/web"}, {"x", std::string(Containers::kMaxFileBytes, 'x')}}).dump());
  }
  SECTION("a link out of the folder") {
    machine.write("outside", json({{"ID", kId}, {"Name", "/no"}}).dump());
    machine.write(machine.docker(), "");
    std::filesystem::remove(machine.folder.path(machine.docker()));
    std::filesystem::create_symlink(machine.folder.path("outside"), machine.folder.path(machine.docker()));
  }
  SECTION("a folder that is a link") {
    machine.write("outside/config.v2.json", json({{"ID", kId}, {"Name", "/no"}}).dump());
    std::filesystem::create_directories(machine.folder.path("var/lib/docker/containers"));
    std::filesystem::create_directory_symlink(machine.folder.path("outside"),
                                              machine.folder.path("var/lib/docker/containers/" + kId));
  }
  SECTION("a FIFO that nobody writes") {
    machine.write(machine.docker(), "");
    std::filesystem::remove(machine.folder.path(machine.docker()));
    REQUIRE(mkfifo(machine.folder.path(machine.docker()).c_str(), 0600) == 0);
  }
  SECTION("a folder") {
    std::filesystem::create_directories(machine.folder.path(machine.docker()));
  }
  SECTION("of another user") {
    machine.write_docker();
    if (chown(machine.folder.path(machine.docker()).c_str(), 65534, 65534) != 0) SKIP_TEST("only root can give a file away");
  }
  CHECK(machine.find(path) == bare);
}

TEST_CASE("the runtime's folder itself may be reached by a link") {
  Machine machine;
  machine.write_docker();
  std::filesystem::rename(machine.folder.path("var/lib/docker"), machine.folder.path("data"));
  std::filesystem::create_directory_symlink("../../data", machine.folder.path("var/lib/docker"));
  CHECK(machine.find("/docker/" + kId) == "docker|web|reg.corp/web:1.4||");
}

TEST_CASE("an index of the wrong shape names nothing") {
  for (const char* index : {"{}", "[]", "[1,null,[]]", "[{\"id\":5}]", "[{\"id\":\"ID\",\"names\":5,\"metadata\":\"{\"}]",
                            "[{\"id\":\"ID\",\"names\":[],\"metadata\":5}]", "[{\"id\":\"ID\",\"names\":[7]}]"}) {
    Machine machine;
    std::string text = index;
    if (const size_t at = text.find("ID"); at != std::string::npos) text.replace(at, 2, kId);
    machine.write("var/lib/containers/storage/overlay-containers/" + kId + "/userdata/config.json", "{}");
    machine.write("var/lib/containers/storage/overlay-containers/containers.json", text);
    CHECK(machine.find("/machine.slice/libpod-" + kId + ".scope") == "podman||||");
  }
}

}  // namespace recipe
