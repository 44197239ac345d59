// What callers see over real sockets.

#include "tests/adapters/web/web_bench.hpp"

#include <atomic>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

namespace copal::test {
namespace {

api::reply text(std::string what, int status = 200) {
  api::reply out;
  out.status = status;
  out.form = api::body_form::html;
  out.body = std::move(what);
  return out;
}

/// Tells what was asked.
api::reply echo(const api::request& x) {
  if (x.body_waits)
    return text("", 100);
  if (!x.body_problem.empty())
    return text("problem: " + x.body_problem, 503);
  return text(x.method + ' ' + x.path + ' ' + x.key.reveal() + ' ' + debug_string(x.body));
}

std::string echoed(
  const std::string& method, const std::string& path, const std::string& key = {}) {
  return method + ' ' + path + ' ' + key + ' ' + debug_string(value::map({}));
}

std::string post(const std::string& path, const std::string& type, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: " + type
         + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_SUITE("web edge") {
  TEST_CASE("web: one request after the other on one connection") {
    web_bench b{echo};
    auto c = b.client();
    const auto first = c.ask(get("/a?apikey=k&x=1"));
    CHECK(first.status == 200);
    CHECK(first.body == echoed("GET", "/a", "k"));
    CHECK(first.header("Content-Type") == "text/html; charset=utf-8");
    CHECK(first.header("Connection").empty());
    CHECK(c.ask(get("/b", "Authorization: Bearer h\r\n")).body == echoed("GET", "/b", "h"));
    CHECK(c.ask(get("/c", "Connection: close\r\n")).header("Connection") == "close");
    CHECK(c.ended());
    const auto asked = b.asked();
    REQUIRE(asked.size() == 3);
    CHECK(asked[0].query == std::vector<api::field>{{"x", "1"}});
    CHECK(asked[0].peer.starts_with("127.0.0.1:"));
  }

  TEST_CASE("web: work that goes on is asked for again, and its caller waits") {
    std::atomic<int> rounds{0};
    web_bench b{[&rounds](const api::request& x) {
      if (x.path == "/long" || (x.ticket == 7 && ++rounds < 3)) {
        api::reply later;
        later.status = 102;
        later.ticket = 7;
        return later;
      }
      return text(x.ticket == 7 ? "done" : "else");
    }};
    auto c = b.client();
    const auto got = c.ask(post("/long", "application/json", "{}"));
    CHECK(got.status == 200);
    CHECK(got.body == "done");
    CHECK(c.ask(get("/short")).body == "else");
    CHECK(b.asked().size() == 5);
  }

  TEST_CASE("web: requests sent ahead are answered in their order") {
    web_bench b{echo};
    auto c = b.client();
    REQUIRE(c.send(get("/a") + post("/b", "application/json", "[1]") + get("/c")));
    CHECK(c.read().body == echoed("GET", "/a"));
    CHECK(c.read().body == "POST /b  " + debug_string(value::list({1})));
    CHECK(c.read().body == echoed("GET", "/c"));
  }

  TEST_CASE("web: a request that comes byte by byte") {
    web_bench b{echo};
    auto c = b.client();
    for (const char byte : post("/b", "application/json", "[1]"))
      REQUIRE(c.send(std::string(1, byte)));
    CHECK(c.read().status == 200);
  }

  TEST_CASE("web: HEAD gets the header of GET") {
    web_bench b{echo};
    auto c = b.client();
    REQUIRE(c.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto got = c.read(true);
    CHECK(got.status == 200);
    CHECK(got.header("Content-Length") == std::to_string(echoed("HEAD", "/a").size()));
    CHECK(c.ask(get("/b")).body == echoed("GET", "/b"));
  }

  TEST_CASE("web: HTTP/1.0 closes unless it asks not to") {
    web_bench b{echo};
    auto once = b.client();
    CHECK(once.ask("GET /a HTTP/1.0\r\n\r\n").status == 200);
    CHECK(once.ended());
    auto kept = b.client();
    const auto first = kept.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(first.header("Connection") == "keep-alive");
    CHECK(kept.ask(get("/b")).status == 200);
  }

  TEST_CASE("web: bodies in one piece, in chunks, and after leave was given") {
    web_bench b{echo};
    auto c = b.client();
    const auto one = value::map({{"force", true}});
    CHECK(c.ask(post("/a", "application/json", R"({"force":true})")).body
          == "POST /a  " + debug_string(one));
    CHECK(c.ask("POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"force\"\r\n6\r\n:true}\r\n0\r\n\r\n")
            .body
          == "POST /a  " + debug_string(one));
    REQUIRE(c.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                   "Content-Length: 14\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(c.read().status == 100);
    REQUIRE(c.send(R"({"force":true})"));
    CHECK(c.read().body == "POST /a  " + debug_string(one));
    const auto bad = c.ask(post("/a", "application/json", "{"));
    CHECK(bad.status == 503);
    CHECK(bad.body.starts_with("problem: line 1"));
    CHECK(c.ask("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").body
          == echoed("POST", "/a"));
    CHECK(c.ask(get("/b")).status == 200);
  }

  TEST_CASE("web: who may not send a large body is told before it is read") {
    web_bench b{[](const api::request&) { return text("who are you", 401); }};
    auto c = b.client();
    REQUIRE(c.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                   "Content-Length: 9000000\r\n\r\n"));
    const auto got = c.read();
    CHECK(got.status == 401);
    CHECK(got.header("Connection") == "close");
    REQUIRE(b.asked().size() == 1);
    CHECK(b.asked()[0].body_waits);
  }

  TEST_CASE("web: what is no request is refused, and the connection ends") {
    web_bench b{echo};
    const struct {
      const char* name;
      const char* bytes;
      int status;
    } rows[] = {
      {"no HTTP", "hello\r\n\r\n", 400},
      {"no path", "GET HTTP/1.1\r\n\r\n", 400},
      {"a control character", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"another version", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"a header without a colon", "GET / HTTP/1.1\r\nHost x\r\n\r\n", 400},
      {"a blank in a header's name", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"two lengths",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        400},
      {"a length and chunks",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        400},
      {"a negative length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
      {"another expectation", "GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", 417},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto c = b.client();
      CHECK(c.ask(row.bytes).status == row.status);
      CHECK(c.ended());
    }
    CHECK(b.asked().empty());
    CHECK(b.client().ask(get("/a")).status == 200);
  }

  TEST_CASE("web: a copy that the caller has is not sent again") {
    web_bench b{echo};
    auto c = b.client();
    const auto tag = c.ask(get("/a")).header("ETag");
    CHECK(tag.starts_with("W/\""));
    const auto again = c.ask(get("/a", "If-None-Match: " + tag + "\r\n"));
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(again.header("Content-Length").empty());
    CHECK(c.ask(get("/b", "If-None-Match: " + tag + "\r\n")).status == 200);
  }

  TEST_CASE("web: an answer is kept for its path and key, until something changes") {
    const auto number = std::make_shared<std::atomic<int>>(0);
    web_bench b{[number](const api::request&) {
      auto out = text(std::to_string(++*number));
      out.same_until_changed = api::edition{1, 1};
      return out;
    }};
    auto c = b.client();
    CHECK(c.ask(get("/a?apikey=k")).body == "1");
    CHECK(c.ask(get("/a?apikey=k")).body == "1");
    CHECK(c.ask(get("/a", "Authorization: Bearer k\r\n")).body == "1");
    CHECK(b.client().ask(get("/a?apikey=k")).body == "1");
    CHECK(c.ask(get("/a?apikey=wrong")).body == "2");
    CHECK(c.ask(get("/a")).body == "3");
    CHECK(c.ask(get("/b?apikey=k")).body == "4");
    CHECK(c.ask(get("/a?apikey=k&x=1")).body == "5");
    CHECK(c.ask("POST /a?apikey=k HTTP/1.1\r\nHost: x\r\n\r\n").body == "6");
    CHECK(c.ask(get("/a?apikey=k")).body == "1");
    b.change({1, 2});
    CHECK(c.ask(get("/a?apikey=k")).body == "7"); // and not kept: it was on its way
    CHECK(c.ask(get("/a?apikey=k")).body == "8");
  }

  TEST_CASE("web: when nobody knows the answer, that is the answer") {
    web::limits limits;
    limits.question = std::chrono::milliseconds{500};
    web_bench b{echo, limits};
    b.answers = false;
    auto c = b.client();
    const auto got = c.ask(get("/a"));
    CHECK(got.status == 503);
    CHECK(got.body.find(R"("status":"failed")") != std::string::npos);
    b.answers = true;
    CHECK(c.ask(get("/a")).status == 200);
  }

  TEST_CASE("web: with its end all connections end, also of those who wait for an answer") {
    auto b = std::make_unique<web_bench>(echo);
    b->answers = false;
    auto waiting = b->client();
    auto idle = b->client();
    REQUIRE(waiting.send(get("/a")));
    while (b->asked().empty())
      std::this_thread::yield();
    b.reset();
    CHECK(waiting.ended());
    CHECK(idle.ended());
  }

  TEST_CASE("web: a port that is in use is told with its address, and that is the end") {
    web_bench b{echo};
    const auto port =
      static_cast<std::uint16_t>(std::stoi(b.address.substr(b.address.rfind(':') + 1)));
    for (const auto& row : {std::pair{listen_address{"127.0.0.1", port}, b.address},
           std::pair{listen_address{"nonsense", 1}, std::string{"nonsense:1"}},
           std::pair{listen_address{"192.0.2.1", 0}, std::string{"192.0.2.1:0"}}}) {
      const auto& [where, words] = row;
      CAPTURE(row.second); // clang 14 captures no structured binding
      auto second = spawn_web(b.io(), {{where}, {}}, b.api_handle());
      caf::scoped_actor self{b.system()};
      self->monitor(second);
      self->send(second, wake_up{});
      error why;
      self->receive([&why](const caf::down_msg& down) { why = from_caf(down.reason); },
        caf::after(std::chrono::seconds{10}) >> [] {});
      CHECK(why.code == errc::unavailable);
      CHECK(why.what.find(where.host + " port " + std::to_string(where.port)) != std::string::npos);
    }
  }

  TEST_CASE("web: it listens on several addresses, also on one that comes later") {
    web_bench b{echo};
    auto second = spawn_web(
      b.io(), {{{"127.0.0.1", 0}, {"127.0.0.2", 0}, {"192.0.2.1", 0, true}}, {}}, b.api_handle());
    caf::scoped_actor self{b.system()};
    self->send(second, wake_up{});
    std::vector<std::string> where;
    self->request(second, std::chrono::seconds{10}, api::get_listening{})
      .receive(
        [&where](const api::listening& x) { where = x.addresses; }, [](const caf::error&) {});
    REQUIRE(where.size() == 3);
    CHECK(raw_client{where[0]}.ask(get("/a")).status == 200);
    CHECK(raw_client{where[1]}.ask(get("/a")).status == 200);
    CHECK(where[2].starts_with("192.0.2.1:"));
    self->send_exit(second, caf::exit_reason::user_shutdown);
    self->wait_for(second);
  }
}

} // namespace
} // namespace copal::test
