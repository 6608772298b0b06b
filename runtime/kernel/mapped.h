// SPDX-License-Identifier: Apache-2.0
// A map's memory, shared with the kernel. Private to runtime/kernel.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "runtime/base/result.h"

namespace recipe {

class Mapped {
 public:
  ~Mapped() {
    if (memory_ != nullptr) munmap(memory_, bytes_);
  }
  [[nodiscard]] Status map(int fd, size_t bytes) {
    const auto page = static_cast<size_t>(getpagesize());
    bytes_ = (bytes + page - 1) / page * page;
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return Error{"cannot map a map of the probes", errno};
    memory_ = memory;
    return Done{};
  }
  template <class T>
  [[nodiscard]] T* at(size_t index) const {
    return static_cast<T*>(memory_) + index;
  }

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace recipe
