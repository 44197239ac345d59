#include "adapters/http/address.hpp"
#include "adapters/http/lines.hpp"

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::http;

TEST_SUITE("http") {

  TEST_CASE("address: as DOCKER_HOST has it") {
    const struct {
      const char* text;
      std::string expected;
    } rows[] = {
      {"unix:///run/docker.sock", "unix:///run/docker.sock"},
      {"/run/docker.sock", "unix:///run/docker.sock"},
      {"tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375"},
      {"http://docker:2375/", "tcp://docker:2375"},
      {"tcp://[::1]:2375", "tcp://[::1]:2375"},
      {"", ""},
      {"unix://relative", ""},
      {"tcp://127.0.0.1", ""},
      {"tcp://127.0.0.1:0", ""},
      {"tcp://127.0.0.1:65536", ""},
      {"tcp://:2375", ""},
      {"tcp://a/b:1", ""},
      {"ssh://host", ""},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      const auto read = address::parse(row.text);
      CHECK((read ? to_string(*read) : std::string{}) == row.expected);
      if (!read)
        CHECK(read.error().code == errc::invalid_input);
    }
    CHECK_FALSE(address::parse('/' + std::string(200, 'x')));
  }

  TEST_CASE("lines: cut wherever the bytes are") {
    const std::string text = "one\r\ntwo\n\n\nthree";
    for (std::size_t at = 0; at <= text.size(); ++at) {
      line_splitter splitter{10};
      auto lines = *splitter.take(text.substr(0, at));
      const auto more = *splitter.take(text.substr(at));
      lines.insert(lines.end(), more.begin(), more.end());
      CHECK(lines == std::vector<std::string>{"one", "two"});
      CHECK(splitter.rest() == "three");
    }
  }

  TEST_CASE("lines: one that is too long is refused") {
    line_splitter splitter{4};
    CHECK(splitter.take("four\nfour"));
    CHECK(splitter.take("x").error().code == errc::exhausted);
  }

} // TEST_SUITE
