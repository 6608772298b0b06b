// SPDX-License-Identifier: Apache-2.0
// Where the runtimes keep what they know of a container ID:
//
//   docker       /var/lib/docker/containers/ID/config.v2.json
//   containerd   /run/containerd/io.containerd.runtime.v2.task/NAMESPACE/ID/config.json     (k3s: /run/k3s/containerd/...)
//   cri-o,       /run/containers/storage/overlay-containers/ID/userdata/config.json, or below /var/lib;
//   podman       names and image of podman: /var/lib/containers/storage/overlay-containers/containers.json
#include "runtime/context/containers.h"

#include <dirent.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

namespace recipe {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxNamespaces = 64;

std::optional<Json> parse(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  Json json = Json::parse(*text, nullptr, false);
  return json.is_object() || json.is_array() ? std::optional<Json>(std::move(json)) : std::nullopt;
}

// Empty: another type, or more than a name has.
std::string text_of(const Json& json, size_t most = Containers::kMaxTextBytes) {
  const auto* text = json.get_ptr<const std::string*>();
  if (text == nullptr || text->size() > most || text->find('\0') != std::string::npos) return {};
  return *text;
}

// The value at a path of keys; nullptr: there is none.
const Json* value_at(const Json& json, std::initializer_list<const char*> keys) {
  const Json* at = &json;
  for (const char* key : keys) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string text_at(const Json& json, std::initializer_list<const char*> keys, size_t most = Containers::kMaxTextBytes) {
  const Json* value = value_at(json, keys);
  return value == nullptr ? std::string() : text_of(*value, most);
}

std::string annotation(const Json& config, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string text = text_at(config, {"annotations", name}); !text.empty()) return text;
  }
  return {};
}

// Annotations of an OCI bundle, as the runtimes of Kubernetes write them.
void read_annotations(const Json& config, ContainerInfo& info) {
  info.name = annotation(config, {"io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name"});
  info.image =
      annotation(config, {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", "io.kubernetes.cri-o.Image"});
  info.pod = annotation(config, {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name", "io.kubernetes.cri-o.KubeName"});
  info.name_space = annotation(
      config, {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace", "io.kubernetes.cri-o.Namespace"});
  // CRI-O keeps the labels of Kubernetes as one text of JSON.
  const auto labels = parse(text_at(config, {"annotations", "io.kubernetes.cri-o.Labels"}, Containers::kMaxFileBytes));
  if (!labels) return;
  if (info.name.empty()) info.name = text_at(*labels, {"io.kubernetes.container.name"});
  if (info.pod.empty()) info.pod = text_at(*labels, {"io.kubernetes.pod.name"});
  if (info.name_space.empty()) info.name_space = text_at(*labels, {"io.kubernetes.pod.namespace"});
}

// The entry of a container in the index that podman and CRI-O share.
void read_index(const Json& index, ContainerInfo& info) {
  if (!index.is_array()) return;
  for (const Json& each : index) {
    if (text_at(each, {"id"}) != info.id) continue;
    const Json* names = value_at(each, {"names"});
    if (info.name.empty() && names != nullptr && names->is_array() && !names->empty()) info.name = text_of(names->front());
    const auto metadata = parse(text_at(each, {"metadata"}, Containers::kMaxFileBytes));
    if (!metadata) return;
    if (info.name.empty()) info.name = text_at(*metadata, {"name"});
    if (info.image.empty()) info.image = text_at(*metadata, {"image-name"});
    return;
  }
}

std::vector<std::string> folders_in(const std::string& path) {
  std::vector<std::string> names;
  DIR* folder = opendir(path.c_str());
  if (folder == nullptr) return names;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    if (names.size() == kMaxNamespaces) break;
  }
  closedir(folder);
  return names;
}

}  // namespace

const ContainerInfo* Containers::find(const ContainerCgroup& cgroup) {
  const auto found = known_.find(cgroup.id);
  if (found != known_.end()) {
    Known& known = found->second;
    const auto now = known.file.empty() ? std::nullopt : stamp_of(known.file);
    // Gone: the container has ended, what is known of it holds.
    if (known.file.empty() || !now || *now == known.stamp) {
      if (!known.file.empty() || cgroup.users) return &known.info;
    }
  } else if (known_.size() >= kMaxEntries) {
    known_.clear();
  }
  Known& known = known_[cgroup.id];
  known = {{cgroup.id, cgroup.runtime, {}, {}, {}, {}}, {}, {}};
  if (!cgroup.users) read(known);
  if (!known.info.runtime.empty()) return &known.info;
  known_.erase(cgroup.id);
  return nullptr;
}

bool Containers::read(Known& known) {
  const std::string& runtime = known.info.runtime;
  const auto is = [&](std::string_view name) { return runtime.empty() || runtime == name; };
  if (is("docker") && read_docker(known)) return true;
  if (is("containerd") && read_containerd(known)) return true;
  return (is("cri-o") || is("podman")) && read_storage(known);
}

bool Containers::read_docker(Known& known) {
  ContainerInfo& info = known.info;
  const std::string folder = root_ + "/var/lib/docker/containers", below = info.id + "/config.v2.json";
  const auto stamp = stamp_of(folder + "/" + below);
  const auto config = parse(read_trusted(folder, below, kMaxFileBytes));
  if (!stamp || !config || text_at(*config, {"ID"}) != info.id) return false;
  info.runtime = "docker";
  info.name = text_at(*config, {"Name"});
  if (info.name.starts_with('/')) info.name.erase(0, 1);
  info.image = text_at(*config, {"Config", "Image"});
  info.pod = text_at(*config, {"Config", "Labels", "io.kubernetes.pod.name"});
  info.name_space = text_at(*config, {"Config", "Labels", "io.kubernetes.pod.namespace"});
  known.file = folder + "/" + below;
  known.stamp = *stamp;
  return true;
}

bool Containers::read_containerd(Known& known) {
  for (const char* place : {"/run/containerd", "/run/k3s/containerd"}) {
    const std::string folder = root_ + place + "/io.containerd.runtime.v2.task";
    for (const std::string& space : folders_in(folder)) {
      const std::string below = space + "/" + known.info.id + "/config.json";
      const auto stamp = stamp_of(folder + "/" + below);
      const auto config = parse(read_trusted(folder, below, kMaxFileBytes));
      if (!stamp || !config) continue;
      known.info.runtime = "containerd";
      read_annotations(*config, known.info);
      known.file = folder + "/" + below;
      known.stamp = *stamp;
      return true;
    }
  }
  return false;
}

bool Containers::read_storage(Known& known) {
  ContainerInfo& info = known.info;
  for (const char* place : {"/run/containers/storage", "/var/lib/containers/storage"}) {
    const std::string folder = root_ + place + "/overlay-containers", below = info.id + "/userdata/config.json";
    const auto stamp = stamp_of(folder + "/" + below);
    const auto config = parse(read_trusted(folder, below, kMaxFileBytes));
    if (!stamp || !config) continue;
    if (info.runtime.empty())
      info.runtime = text_at(*config, {"annotations", "io.container.manager"}) == "libpod" ? "podman" : "cri-o";
    read_annotations(*config, info);
    known.file = folder + "/" + below;
    known.stamp = *stamp;
    break;
  }
  if (known.file.empty()) return false;
  for (const char* name : {"containers.json", "volatile-containers.json"}) {
    if (!info.name.empty() && !info.image.empty()) break;
    const auto index = parse(read_trusted(root_ + "/var/lib/containers/storage/overlay-containers", name, kMaxFileBytes));
    if (index) read_index(*index, info);
  }
  return true;
}

}  // namespace recipe
