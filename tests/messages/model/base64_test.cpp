#include "messages/model/base64.hpp"

#include <doctest/doctest.h>

namespace copal {
namespace {

TEST_SUITE("model: base64") {
  TEST_CASE("base64: the examples of RFC 4648, there and back") {
    const struct {
      std::string bytes, text;
    } rows[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {std::string{"\0\xff\xfe\x80", 4}, "AP/+gA=="},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      CHECK(to_base64(row.bytes) == row.text);
      CHECK(from_base64(row.text) == row.bytes);
    }
  }

  TEST_CASE("base64: every byte in every place comes back") {
    for (std::size_t before = 0; before < 3; ++before) {
      for (int byte = 0; byte < 256; ++byte) {
        auto bytes = std::string(before, 'x') + static_cast<char>(byte);
        CHECK(from_base64(to_base64(bytes)) == bytes);
        CHECK(from_base64(to_base64url(bytes)) == bytes);
      }
    }
  }

  TEST_CASE("base64: both alphabets are read, with padding or without") {
    CHECK(to_base64url("\xfb\xff") == "-_8=");
    for (const auto* text : {"+/8=", "-_8=", "+/8", "-_8", "+_8"}) {
      CAPTURE(std::string{text});
      CHECK(from_base64(text) == "\xfb\xff");
    }
    CHECK(from_base64("Zg") == "f");
    CHECK(from_base64("Zm9vYg") == "foob");
  }

  TEST_CASE("base64: what is no whole text of it is nothing") {
    for (const auto* bad : {"Z",
           "Zg=",
           "Z===",
           "=",
           "====",
           "Zm9v=",
           "Zm9v====",
           "Zg==Zg==",
           "Z=8=",
           "Zm9v\n",
           "Zm 9",
           "Zm9vY",
           "Zh==",
           "Zh",
           "ab!d"}) {
      CAPTURE(std::string{bad});
      CHECK_FALSE(from_base64(bad));
    }
  }
}

} // namespace
} // namespace copal
