// Secrets, configs and folders beside a compose file.

#include "tests/integration/support/device.hpp"
#include "tests/integration/support/suite.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in{path};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// As an editor does.
void save(const fs::path& path, const std::string& text) {
  std::ofstream{path.string() + ".new"} << text;
  fs::rename(path.string() + ".new", path);
}

std::size_t files_in(const fs::path& folder) {
  std::error_code missing;
  std::size_t count = 0;
  for (auto it = fs::directory_iterator{folder, missing}; it != fs::directory_iterator{}; ++it)
    ++count;
  return count;
}

/// A service that writes down what it sees of these files, into the folder `out` beside the file.
std::string watching(
  device& d, const std::string& name, const std::string& files, const std::string& more) {
  return "  " + name + ":\n    image: " + d.engine().image("test/base:1")
         + "\n    stop_signal: SIGKILL\n    volumes: [\"./out:/out\"]\n    command: [/bin/sh, -c, "
           "\""
           "busybox ls -ln "
         + files + " > /out/" + name + "; busybox cat " + files + " >> /out/" + name
         + "; exec busybox sleep 100000\"]\n" + more;
}

std::string plain(device& d, const std::string& name) {
  return "  " + name + ":\n    image: " + d.engine().image("test/base:1")
         + "\n    stop_signal: SIGKILL\n";
}

} // namespace

TEST_SUITE("stories") {

  TEST_CASE("story: a service reads its secret, and it alone is made anew when the file changes") {
    device d{shared_engine()};
    save(d.folder() / "key", "canary-key-one\n");
    d.want_compose("services:\n"
                   + watching(d,
                     "web",
                     "/run/secrets/key /etc/web.conf",
                     "    secrets: [{source: key, uid: \"103\", gid: \"104\", mode: 0440}]\n"
                     "    configs: [{source: conf, target: /etc/web.conf}]\n")
                   + plain(d, "db")
                   + "secrets: {key: {file: ./key}}\nconfigs: {conf: {content: \"port 80\"}}\n");
    d.start();
    REQUIRE(d.reached());
    const auto seen = d.folder() / "out" / "web";
    REQUIRE(d.eventually([&] { return text_of(seen).find("port 80") != std::string::npos; }));
    const auto first = text_of(seen);
    CAPTURE(first);
    CHECK(first.find("-r--r-----    1 103      104") != std::string::npos);
    CHECK(first.find("-r--r--r--    1 0        0") != std::string::npos);
    CHECK(first.find("canary-key-one\nport 80") != std::string::npos);
    CHECK(files_in(d.placed()) == 2);
    auto shown = d.inspect("web");
    CHECK(shown["HostConfig"]["Mounts"].dump().find("\"ReadOnly\":true") != std::string::npos);
    CHECK(shown.dump().find("canary-key") == std::string::npos);

    const auto before = d.ids();
    d.forget_calls();
    save(d.folder() / "key", "canary-key-two\n");
    REQUIRE(
      d.eventually([&] { return text_of(seen).find("canary-key-two") != std::string::npos; }));
    CHECK(d.eventually([&] { return files_in(d.placed()) == 2; }));
    CHECK(d.changes() == "create web; remove web; rename db; start web; stop web");
    CHECK(d.ids().at("db") == before.at("db"));
    CHECK(d.ids().at("web") != before.at("web"));

    // Started again, it finds all in place.
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");

    // A file that is gone changes nothing.
    fs::remove(d.folder() / "key");
    REQUIRE(d.running().wait_for("there is no such file", 0, std::chrono::seconds{60}));
    CHECK(d.runs("web"));
    CHECK(d.changes() == "");
    d.want_compose("services:\n" + plain(d, "db"));
    CHECK(d.eventually([&] { return files_in(d.placed()) == 0; }));
    CHECK(d.log().find("canary-key") == std::string::npos);
  }

  TEST_CASE("story: after a reboot the files are placed again, and the services run") {
    device d{shared_engine()};
    save(d.folder() / "key", "once\n");
    std::string text = "services:\n";
    for (const auto* policy : {"always", "unless-stopped", "on-failure"})
      text += plain(d, policy) + "    restart: " + policy + "\n    secrets: [key]\n";
    d.want_compose(text + "secrets: {key: {file: ./key}}\n");
    d.start();
    REQUIRE(d.reached());
    const auto before = d.ids();
    REQUIRE(before.size() == 3);
    // What a reboot does: all ends, memory is empty, and the engine starts what it can by itself.
    REQUIRE(d.stop() == 0);
    fs::remove_all(d.placed());
    REQUIRE(d.engine().tell("restart"));
    for (const auto& service : before) {
      CAPTURE(service.first);
      CHECK_FALSE(d.runs(service.first));
    }
    d.start();
    for (const auto& service : before) {
      CAPTURE(service.first);
      CHECK(d.eventually([&] { return d.runs(service.first); }));
    }
    CHECK(d.ids() == before);
    CHECK(files_in(d.placed()) == 1);
  }

  TEST_CASE("story: variables from files, and profiles that a variable chooses") {
    device d{shared_engine()};
    const auto seen = [&d](const std::string& name) {
      const auto shown = d.inspect(name);
      if (!shown.contains("Config")) // it is just being made anew
        return std::string{};
      for (const auto& one : shown["Config"]["Env"]) {
        const auto text = one.get<std::string>();
        if (text.starts_with("COLOUR="))
          return text;
      }
      return std::string{};
    };
    save(d.folder() / ".env", "COMPOSE_PROFILES=debug\nLOCKED=true\n");
    save(d.folder() / "first.env", "COLOUR=red\nSIZE=1\n");
    save(d.folder() / "second.env", "COLOUR=blue\n");
    d.want_compose("services:\n" + plain(d, "web")
                   + "    env_file: [./first.env, ./second.env]\n    read_only: ${LOCKED}\n"
                   + plain(d, "shell") + "    profiles: [debug]\n" + plain(d, "meter")
                   + "    profiles: [measure]\n");
    d.start();
    REQUIRE(d.reached());
    CHECK(seen("web") == "COLOUR=blue");
    CHECK(d.inspect("web")["HostConfig"]["ReadonlyRootfs"] == true);
    CHECK(d.inspect("web")["Config"]["Env"].dump().find("\"SIZE=1\"") != std::string::npos);
    CHECK(d.runs("shell"));
    CHECK(d.ids().count("meter") == 0);

    // A file beside it is part of what is wanted.
    save(d.folder() / "second.env", "COLOUR=green\n");
    CHECK(d.eventually([&] { return d.runs("web") && seen("web") == "COLOUR=green"; }));
    save(d.folder() / ".env", "COMPOSE_PROFILES=measure\nLOCKED=true\n");
    CHECK(d.eventually([&d] { return d.runs("meter") && d.ids().count("shell") == 0; }));
    CHECK(d.runs("web"));
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");
  }

  TEST_CASE("story: a folder beside the compose file is in the service") {
    device d{shared_engine()};
    fs::create_directory(d.folder() / "data");
    save(d.folder() / "data" / "in", "from the host\n");
    auto text = "services:\n" + watching(d, "web", "/data/in", "");
    const std::string binds = "[\"./out:/out\"]";
    text.replace(text.find(binds),
      binds.size(),
      "[\"./out:/out\", \"./data:/data:ro\", {type: bind, source: ./data, target: /long, "
      "read_only: true, bind: {create_host_path: false}}]");
    d.want_compose(text);
    d.start();
    REQUIRE(d.reached());
    REQUIRE(d.eventually([&] {
      return text_of(d.folder() / "out" / "web").find("from the host") != std::string::npos;
    }));
    // What it mounts is what was asked for: nothing is made anew.
    REQUIRE(d.stop() == 0);
    d.forget_calls();
    d.start();
    REQUIRE(d.reached());
    CHECK(d.changes() == "");

    // A folder that is not to be made and is not there: told, and made up for when it comes.
    const std::string there = "source: ./data,";
    text.replace(text.find(there), there.size(), "source: ./later,");
    d.want_compose(text);
    REQUIRE(d.running().wait_for("bind source path does not exist", 0, std::chrono::seconds{60}));
    fs::create_directory(d.folder() / "later");
    CHECK(d.eventually([&] { return d.runs("web"); }));
  }

} // TEST_SUITE
