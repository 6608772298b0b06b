# SPDX-License-Identifier: Apache-2.0
# A C++ program, a library and a test: configured, built and tested by CMake, once with Make and once with Ninja where it is here.
# needs: cmake c++ make ctest
set -euo pipefail
mkdir src
cat >src/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.16)
project(sums CXX C)
find_package(Threads REQUIRED)
find_package(Python3 COMPONENTS Interpreter)
include(CheckIncludeFile)
check_include_file(sys/epoll.h HAVE_EPOLL)
add_library(sums SHARED sums.cpp)
add_executable(sum main.cpp)
target_link_libraries(sum sums Threads::Threads)
enable_testing()
add_test(NAME sum COMMAND sum 1 2)
install(TARGETS sum sums)
END
echo 'int sum(int a, int b) { return a + b; }' >src/sums.cpp
cat >src/main.cpp <<'END'
#include <cstdlib>
#include <iostream>
int sum(int, int);
int main(int, char** argv) { std::cout << sum(std::atoi(argv[1]), std::atoi(argv[2])) << "\n"; }
END
for generator in "Unix Makefiles" Ninja; do
  [ "$generator" != Ninja ] || command -v ninja >/dev/null || continue
  cmake -S src -B build -G "$generator" -DCMAKE_BUILD_TYPE=Release
  cmake --build build -j 2
  ctest --test-dir build --output-on-failure
  DESTDIR=$PWD/root cmake --install build --strip
  rm -r build
done
