// Each bound of the server, over real sockets.

#include "tests/adapters/web/web_bench.hpp"

#include <list>
#include <thread>

#include <doctest/doctest.h>

namespace copal::test {
namespace {

using namespace std::chrono_literals;

api::reply answer_with(std::string body, int status = 200) {
  api::reply out;
  out.status = status;
  out.form = api::body_form::html;
  out.body = std::move(body);
  return out;
}

api::reply size_of_body(const api::request& x) {
  if (x.body_waits)
    return answer_with("", 100);
  if (!x.body_problem.empty())
    return answer_with(x.body_problem, 503);
  const auto* list = x.body.as_list();
  return answer_with(list == nullptr ? "none" : std::to_string(list->size()));
}

std::string post_head(std::size_t length) {
  return "POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
         + std::to_string(length) + "\r\n\r\n";
}

/// A JSON array of one text, of so many bytes.
std::string body_of(std::size_t bytes) {
  return "[\"" + std::string(bytes - 4, 'x') + "\"]";
}

TEST_SUITE("web limits") {
  TEST_CASE("limits: a header that is too large is refused with 431") {
    web::limits limits;
    limits.header_bytes = 1024;
    web_bench b{size_of_body, limits};
    auto fits = b.client();
    CHECK(fits.ask(get("/a", "X: " + std::string(900, 'x') + "\r\n")).status == 200);
    auto c = b.client();
    CHECK(c.ask(get("/a", "X: " + std::string(2000, 'x') + "\r\n")).status == 431);
    CHECK(c.ended());
    // One that never ends.
    auto endless = b.client();
    for (auto i = 0; i < 1000 && endless.send("GET /" + std::string(1000, 'x')); ++i) {}
    CHECK(endless.ended());
    CHECK(b.asked().size() == 1);
  }

  TEST_CASE("limits: a body that is too large is told so, and its sender is known by then") {
    web::limits limits;
    limits.body_bytes = 100'000;
    web_bench b{size_of_body, limits};
    auto c = b.client();
    CHECK(c.ask(post_head(100'000) + body_of(100'000)).body == "1");
    const auto got = c.ask(post_head(100'001));
    CHECK(got.status == 503);
    CHECK(got.body == "request entity too large");
    CHECK(got.header("Connection") == "close");
    // Without a word of its size.
    auto chunked = b.client();
    REQUIRE(chunked.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n"));
    const std::string piece = "2710\r\n" + std::string(10'000, ' ') + "\r\n";
    for (auto i = 0; i < 30 && chunked.send(piece); ++i) {}
    CHECK(chunked.read().body == "request entity too large");
  }

  TEST_CASE("limits: all bodies together have a bound; who has no place is told to come again") {
    web::limits limits;
    limits.body_bytes = 100'000;
    limits.all_bodies = 150'000;
    web_bench b{size_of_body, limits};
    auto first = b.client();
    REQUIRE(first.send(post_head(100'000) + "["));
    while (b.asked().empty())
      std::this_thread::yield();
    // Its place was taken when leave was given; nothing else tells when.
    auto refused = 0;
    for (auto i = 0; i < 1000 && refused == 0; ++i) {
      auto second = b.client();
      const auto got = second.ask(post_head(100'000) + body_of(100'000));
      refused += got.status == 503 ? 1 : 0;
    }
    CHECK(refused == 1);
    auto small = b.client();
    CHECK(small.ask(post_head(50'000) + body_of(50'000)).body == "1");
    REQUIRE(first.send("\"" + std::string(99'996, 'x') + "\"]"));
    CHECK(first.read().body == "1");
    auto third = b.client();
    CHECK(third.ask(post_head(100'000) + body_of(100'000)).body == "1");
  }

  TEST_CASE("limits: a new connection takes the place of the one that was idle for longest") {
    web::limits limits;
    limits.connections = 3;
    web_bench b{size_of_body, limits};
    std::list<raw_client> clients;
    for (auto i = 0; i < 3; ++i) {
      clients.push_back(b.client());
      REQUIRE(clients.back().ask(get("/a")).status == 200);
    }
    // The first was used last.
    REQUIRE(clients.front().ask(get("/a")).status == 200);
    auto fourth = b.client();
    CHECK(fourth.ask(get("/a")).status == 200);
    CHECK(std::next(clients.begin())->ended());
    CHECK(clients.front().ask(get("/a")).status == 200);
    CHECK(clients.back().ask(get("/a")).status == 200);
  }

  TEST_CASE("limits: when no connection is idle, one more is told 503") {
    web::limits limits;
    limits.connections = 2;
    web_bench b{size_of_body, limits};
    b.answers = false;
    auto first = b.client();
    auto second = b.client();
    REQUIRE(first.send(get("/a")));
    REQUIRE(second.send(get("/a")));
    while (b.asked().size() < 2)
      std::this_thread::yield();
    auto third = b.client();
    const auto got = third.read();
    CHECK(got.status == 503);
    CHECK(got.header("Connection") == "close");
    CHECK(third.ended());
  }

  TEST_CASE("limits: a connection that asks nothing is closed after its time") {
    web::limits limits;
    limits.idle = 500ms;
    web_bench b{size_of_body, limits};
    auto silent = b.client();
    auto once = b.client();
    CHECK(once.ask(get("/a")).status == 200);
    CHECK(silent.ended());
    CHECK(once.ended());
  }

  TEST_CASE("limits: a header that comes drop by drop is refused with 408") {
    web::limits limits;
    limits.header = 50ms;
    web_bench b{size_of_body, limits};
    auto c = b.client();
    REQUIRE(c.send("GET /a HTTP/1.1\r\nHost: x\r\n"));
    CHECK(c.read().status == 408);
    CHECK(c.ended());
    CHECK(b.asked().empty());
    CHECK(b.client().ask(get("/a")).status == 200);
  }

  TEST_CASE("limits: a body that comes too slowly ends the connection") {
    web::limits limits;
    limits.body = 50ms;
    web_bench b{size_of_body, limits};
    auto c = b.client();
    REQUIRE(c.send(post_head(100) + "["));
    CHECK(c.ended());
    CHECK(b.asked().empty());
  }

  TEST_CASE("limits: a caller that does not read its answer loses its connection") {
    web::limits limits;
    limits.write = 1s;
    limits.connections = 1;
    web_bench b{[](const api::request& x) {
                  return answer_with(std::string(x.path == "/large" ? 16'000'000 : 1, 'x'));
                },
      limits};
    auto c = b.client();
    REQUIRE(c.send(get("/large")));
    while (b.asked().empty())
      std::this_thread::yield();
    // While it holds the only place, others are turned away.
    auto turned_away = 0;
    while (b.client().ask(get("/small")).status != 200)
      ++turned_away;
    CHECK(turned_away > 0);
    CHECK(c.read().status == 0);
  }

  TEST_CASE("limits: after the last answer a caller may end its sentence, but not for ever") {
    web::limits limits;
    limits.linger = 50ms;
    limits.body_bytes = 1000;
    web_bench b{size_of_body, limits};
    auto c = b.client();
    CHECK(c.ask(post_head(100'000) + std::string(50'000, ' ')).status == 503);
    CHECK(c.ended());
  }
}

} // namespace
} // namespace copal::test
