// SPDX-License-Identifier: Apache-2.0
#include "tools/recipec/lsp/frame.h"

#include <catch2/catch.hpp>
#include <vector>

namespace recipe::lsp {
namespace {

std::vector<Frame> read_all(FrameReader& reader) {
  std::vector<Frame> frames;
  for (Frame frame; reader.next(frame);) frames.push_back(frame);
  return frames;
}

std::vector<Frame> read_all(std::string_view bytes) {
  FrameReader reader;
  reader.feed(bytes);
  return read_all(reader);
}

}  // namespace

TEST_CASE("a message is read whole however its bytes arrive") {
  const std::string bytes = framed("{\"a\":1}") + framed("") + framed("{}");
  FrameReader reader;
  std::vector<std::string> texts;
  for (const char byte : bytes) {
    reader.feed({&byte, 1});
    for (const Frame& frame : read_all(reader)) {
      CHECK(frame.kind == Frame::Kind::kMessage);
      texts.push_back(frame.text);
    }
  }
  CHECK(texts == std::vector<std::string>{"{\"a\":1}", "", "{}"});
}

TEST_CASE("a header may hold other lines and be spelled in other letters") {
  const std::vector<Frame> frames = read_all("Content-Type: x; charset=utf-8\r\ncontent-length:2\r\n\r\n{}");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].text == "{}");
}

TEST_CASE("what is no header is reported once and passed over up to the next header") {
  for (const std::string& garbage : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("Content-Length: x\r\n\r\n"),
                                     std::string("Content-Length: -1\r\n\r\n"), std::string(100000, 'x')}) {
    const std::vector<Frame> frames = read_all(garbage + framed("{}"));
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].kind == Frame::Kind::kNoHeader);
    CHECK(frames[0].text.size() <= 80);
    CHECK(frames[1].kind == Frame::Kind::kMessage);
    CHECK(frames[1].text == "{}");
  }
}

TEST_CASE("a message that is too long is passed over without being kept, and the next one is read") {
  FrameReader reader;
  const size_t length = kMaxMessageBytes + 1;
  reader.feed("Content-Length: " + std::to_string(length) + "\r\n\r\n");
  std::vector<Frame> frames = read_all(reader);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].kind == Frame::Kind::kTooLong);
  CHECK(frames[0].text == std::to_string(length));
  const std::string part(1 << 16, 'x');
  size_t left = length;
  for (; left > part.size(); left -= part.size()) reader.feed(part);
  reader.feed(part.substr(0, left));
  reader.feed(framed("{}"));
  frames = read_all(reader);
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].text == "{}");
}

TEST_CASE("a length of many digits is no length") {
  CHECK(read_all("Content-Length: 99999999999999999999999999\r\n\r\n").at(0).kind == Frame::Kind::kNoHeader);
  CHECK(read_all("Content-Length: 999999999999999999\r\n\r\n").at(0).kind == Frame::Kind::kTooLong);
}

TEST_CASE("a message of too many parts, or too deep, is told without parsing it") {
  CHECK(fits("{\"a\":[1,2,{\"b\":\"[[[[,,,,\"}]}"));
  CHECK_FALSE(fits(std::string(kMaxMessageDepth + 1, '[')));
  CHECK(fits("\"" + std::string(kMaxMessageDepth + 1, '[') + "\""));
  CHECK(fits("\"\\\"" + std::string(1000, '[') + "\""));
  std::string many = "[1";
  for (size_t i = 0; i < kMaxMessageParts; ++i) many += ",1";
  CHECK_FALSE(fits(many + "]"));
}

}  // namespace recipe::lsp
