// SPDX-License-Identifier: Apache-2.0
// Library: one that is loaded when something needs it, and not before: linked in, libcurl alone would cost every daemon 6 MiB
// of memory. Types come from the library's own header, so that a call is checked as a linked one is.
#pragma once
#include <dlfcn.h>

#include <initializer_list>
#include <string>

#include "runtime/base/result.h"

namespace recipe {

class Library {
 public:
  // name: "librdkafka.so.1"; package: where it comes from, for the message. It stays loaded: libraries leave threads behind.
  Library(const std::string& name, const std::string& package) : Library(std::initializer_list<std::string>{name}, package) {}
  // The first of `names` that is there: versions of which every call that is made means the same.
  Library(std::initializer_list<std::string> names, const std::string& package)
      : words_(*names.begin() + " (Debian's package " + package + ")") {
    for (auto name = names.begin(); name != names.end() && handle_ == nullptr; ++name) {
      handle_ = dlopen(name->c_str(), RTLD_NOW | RTLD_LOCAL);
    }
    if (handle_ == nullptr) fault_ = "needs " + words_ + ", which is not there";
  }

  template <class Function>
  void bind(Function& function, const char* name) {
    void* found = handle_ == nullptr ? nullptr : dlsym(handle_, name);
    if (found == nullptr && fault_.empty()) fault_ = "needs " + words_ + " of another version: it has no " + name;
    function = reinterpret_cast<Function>(found);
  }

  // nullptr where this version has none.
  template <class Function>
  void bind_if_there(Function& function, const char* name) {
    function = reinterpret_cast<Function>(handle_ == nullptr ? nullptr : dlsym(handle_, name));
  }

  // After all bind(): whether the functions can be called.
  [[nodiscard]] Status status() const { return fault_.empty() ? Status(Done{}) : Error{fault_, EINVAL}; }

 private:
  void* handle_ = nullptr;
  std::string words_, fault_;
};

}  // namespace recipe
