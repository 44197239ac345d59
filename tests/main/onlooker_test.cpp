#include "main/onlooker.hpp"

#include "tests/support/scripted_server.hpp"
#include "tests/support/temp_folder.hpp"

#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

// What an engine cannot show of one thing does not keep the others from being looked at.

namespace copal::test {
namespace {

/// What is written to standard error while it lives.
class heard_warnings {
public:
  heard_warnings() : before_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~heard_warnings() { std::cerr.rdbuf(before_); }
  heard_warnings(const heard_warnings&) = delete;
  heard_warnings& operator=(const heard_warnings&) = delete;
  [[nodiscard]] std::string text() const { return text_.str(); }

private:
  std::ostringstream text_;
  std::streambuf* before_;
};

struct reply {
  int status = 200;
  std::string body;
};

/// An engine with a container of ours and two images; `more` takes the place of answers.
std::map<std::string, reply> answers(const std::map<std::string, reply>& more) {
  auto out = more;
  out.insert({
    {"GET /version", {200, R"({"ApiVersion":"1.41","MinAPIVersion":"1.12"})"}},
    {"GET /v1.41/info", {200, R"({"DockerRootDir":"/var/lib/docker","Architecture":"x86_64"})"}},
    {"GET /v1.41/containers/json?all=1",
      {200,
        R"([{"Id":"c1","Names":["/web_1_2"],"State":"running","Status":"Up 2 minutes",)"
        R"("Labels":{"io.balena.supervised":"true"}}])"}},
    {"GET /v1.41/networks", {200, "[]"}},
    {"GET /v1.41/volumes", {200, R"({"Volumes":[]})"}},
    {"GET /v1.41/images/json",
      {200, R"([{"Id":"sha256:aa","RepoTags":["web:1"]},{"Id":"sha256:bb","RepoTags":["db:1"]}])"}},
    {"GET /v1.41/containers/c1/json", {404, R"({"message":"No such container"})"}},
    {"GET /v1.41/images/sha256:aa/json", {200, R"({"Id":"sha256:aa","RepoTags":["web:1"]})"}},
    {"GET /v1.41/images/sha256:bb/json", {200, R"({"Id":"sha256:bb","RepoTags":["db:1"]})"}},
  });
  return out;
}

result<planning::snapshot> look_at(const std::map<std::string, reply>& more) {
  const temp_folder folder;
  scripted_server server{[all = answers(more)](scripted_connection& client) {
    for (auto request = client.read_request(); !request.empty(); request = client.read_request()) {
      const auto found = all.find(first_words(request));
      if (found == all.end())
        client.answer(500, R"({"message":"what?"})");
      else
        client.answer(found->second.status, found->second.body);
    }
  }};
  places where;
  where.root = folder / "root";
  where.state_dir = folder / "state";
  where.config = folder / "config.json";
  where.lock_dir = folder / "locks";
  where.runtime_dir = folder / "run";
  where.engine = "unix://" + server.path();
  for (const auto& path : {where.root, where.state_dir, where.lock_dir})
    std::filesystem::create_directory(path);
  return look_around(where, {}, *http::address::parse(where.engine));
}

TEST_SUITE("main") {
  TEST_CASE("onlooker: a container or an image that cannot be read is named, and passed over") {
    const heard_warnings heard;
    const auto found = look_at({
      {"GET /v1.41/containers/c1/json", {200, "[]"}},
      {"GET /v1.41/images/sha256:aa/json", {500, R"({"message":"layer does not exist"})"}},
    });
    REQUIRE_MESSAGE(found.has_value(), found.error().what);
    CHECK(found->engine.complete);
    CHECK(found->engine.containers.empty());
    CHECK(found->images.engine.size() == 2);
    CHECK(found->images.facts.size() == 1);
    CHECK(heard.text().find("warning: container web_1_2 cannot be looked at") != std::string::npos);
    CHECK(heard.text().find("warning: image web:1 cannot be looked at") != std::string::npos);
    CHECK(heard.text().find("layer does not exist") != std::string::npos);
  }

  TEST_CASE("onlooker: what went away meanwhile is not there, and nothing is told of it") {
    const heard_warnings heard;
    const auto found =
      look_at({{"GET /v1.41/images/sha256:aa/json", {404, R"({"message":"No such image"})"}}});
    REQUIRE_MESSAGE(found.has_value(), found.error().what);
    REQUIRE(found->images.engine.size() == 1);
    CHECK(found->images.engine.front().id.value == "sha256:bb");
    CHECK(heard.text().empty());
  }

  TEST_CASE("onlooker: an engine that does not answer has shown nothing") {
    const auto found =
      look_at({{"GET /v1.41/images/sha256:aa/json", {503, R"({"message":"not now"})"}}});
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().what.find("not now") != std::string::npos);
  }
}

} // namespace
} // namespace copal::test
