// SPDX-License-Identifier: Apache-2.0
// Certificates of a test's own making, each signed by itself, so each is an authority too.
#pragma once
#include <catch2/catch.hpp>
#include <string>

#include "tests/support/run_command.h"

namespace recipe {

struct Certificates {
  ScratchFolder folder;

  // names: "DNS:localhost", "IP:127.0.0.1". Returns the certificate's file.
  [[nodiscard]] std::string make(const std::string& name, const std::string& names) const {
    REQUIRE(
        run_command({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=" + name,
                     "-addext", "subjectAltName=" + names, "-keyout", key(name), "-out", folder.path(name + ".pem")})
            .code == 0);
    return folder.path(name + ".pem");
  }
  [[nodiscard]] std::string key(const std::string& name) const { return folder.path(name + ".key"); }
};

}  // namespace recipe
