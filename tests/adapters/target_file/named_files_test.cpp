#include "adapters/target_file/follower.hpp"
#include "tests/support/temp_folder.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <sys/inotify.h>

using namespace copal;

namespace {

/// A follower on a compose file, run by the test itself.
struct bench {
  test::temp_folder folder;
  boost::asio::io_context context;
  std::vector<target_file::reading> heard;
  std::shared_ptr<target_file::follower> it;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder / name} << text;
  }

  void start() {
    target_file::origin from;
    from.path = (folder / "compose.yaml").string();
    target_file::pauses wait;
    wait.settle = std::chrono::milliseconds{10};
    wait.doubt = std::chrono::milliseconds{20};
    it = std::make_shared<target_file::follower>(context.get_executor(),
      from,
      wait,
      ::inotify_init1,
      1,
      [this](const target_file::reading& x) { heard.push_back(x); });
    it->start();
  }
  ~bench() {
    if (it)
      it->stop();
  }

  bool wait(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!done() && std::chrono::steady_clock::now() < limit)
      context.run_one_for(std::chrono::milliseconds{50});
    return done();
  }

  /// The variable A of the service web in what was heard last; empty when there is none.
  [[nodiscard]] std::string a() const {
    if (heard.empty() || !heard.back().doc)
      return {};
    const auto* web = heard.back().doc->doc.find("services")->find("web");
    const auto* environment = web->find("environment");
    const auto* found = environment == nullptr ? nullptr : environment->find("A");
    return found == nullptr ? std::string{} : *found->as_text();
  }
};

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("env_file: its change is followed, also where it is missing first or named later") {
    bench b;
    b.write("compose.yaml", "services: {web: {image: a, env_file: more/a.env}}\n");
    b.start();
    REQUIRE(b.heard.size() == 1);
    REQUIRE(b.heard[0].why);
    CHECK(b.heard[0].why->code == errc::invalid_input);
    std::filesystem::create_directory(b.folder / "more");
    b.write("more/a.env", "A=1\n");
    CHECK(b.wait([&] { return b.a() == "1"; }));
    b.write("more/a.env", "A=2\n");
    CHECK(b.wait([&] { return b.a() == "2"; }));
    b.write("b.env", "A=b\n");
    b.write("compose.yaml", "services: {web: {image: a, env_file: b.env}}\n");
    CHECK(b.wait([&] { return b.a() == "b"; }));
    b.write("b.env", "A=c\n");
    CHECK(b.wait([&] { return b.a() == "c"; }));
  }

  TEST_CASE(
    "secrets: a change of the file is followed, also an editor's, and its absence is told") {
    bench b;
    const auto secret_heard = [&b]() -> std::string {
      if (b.heard.empty() || !b.heard.back().doc)
        return "none";
      const auto* content = b.heard.back().doc->doc.find("secrets")->find("s")->find("content");
      return content == nullptr ? "unread" : *content->as_text();
    };
    b.write(
      "compose.yaml", "services: {web: {image: a, secrets: [s]}}\nsecrets: {s: {file: keys/s}}\n");
    b.start();
    REQUIRE(b.heard.size() == 1);
    REQUIRE(b.heard[0].why);
    CHECK(b.heard[0].why->code == errc::invalid_input);
    std::filesystem::create_directory(b.folder / "keys");
    b.write("keys/s", "one");
    CHECK(b.wait([&] { return secret_heard() == "one"; }));
    b.write("keys/s", "two");
    CHECK(b.wait([&] { return secret_heard() == "two"; }));
    b.write("keys/s.new", "three"); // as editors save
    std::filesystem::rename(b.folder / "keys/s.new", b.folder / "keys/s");
    CHECK(b.wait([&] { return secret_heard() == "three"; }));
    std::filesystem::remove(b.folder / "keys/s");
    CHECK(b.wait([&] { return b.heard.back().why.has_value(); }));
    b.write("keys/s", "four");
    CHECK(b.wait([&] { return secret_heard() == "four"; }));
  }
}
