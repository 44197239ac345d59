#include "actors/planning/normalise/service_files.hpp"

#include "actors/planning/plan/kept_files.hpp"
#include "tests/actors/planning/documents.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

// Secrets and configs of a compose file.

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

/// A file whose service web has these fields, with a secret db and a config web.conf.
target_document file_with(value service, const std::string& secret_text = "s3cret") {
  service.set("image", "web");
  auto file = compose_file(map({{"web", std::move(service)}}));
  file.doc.set("secrets", map({{"db", map({{"content", secret_text}})}}));
  file.doc.set("configs", map({{"web.conf", map({{"content", "listen 80"}})}}));
  return file;
}

std::vector<service_file> files_in(const target_document& document, const device_facts& with) {
  const auto made = normalise_target(document, with);
  const auto* service = made ? web(made->target) : nullptr;
  return service == nullptr ? std::vector<service_file>{} : service->files;
}

/// "/run/secrets/db 0:0 444 s3cret", one a line, or why the document is refused.
std::string shown(const target_document& document) {
  const auto made = normalise_target(document, device());
  if (!made)
    return made.error().what.substr(0, made.error().what.find('\n'));
  std::string out;
  for (const auto& x : web(made->target)->files) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%o", x.mode);
    out += (out.empty() ? "" : "\n") + x.target + ' ' + std::to_string(x.uid) + ':'
           + std::to_string(x.gid) + ' ' + mode + ' ' + x.content.reveal();
  }
  return out;
}

std::string name_with(
  value service, const std::string& text = "s3cret", device_facts with = device()) {
  const auto files = files_in(file_with(std::move(service), text), with);
  return files.size() == 1 ? files[0].name : std::string{};
}

TEST_SUITE("planning: services") {
  TEST_CASE("secrets and configs: short and long, with the defaults of compose") {
    const struct {
      std::string name;
      value service;
      std::string expected;
    } rows[] = {
      {"a secret", map({{"secrets", list({"db"})}}), "/run/secrets/db 0:0 444 s3cret"},
      {"a config", map({{"configs", list({"web.conf"})}}), "/web.conf 0:0 444 listen 80"},
      {"both",
        map({{"configs", list({"web.conf"})}, {"secrets", list({"db"})}}),
        "/run/secrets/db 0:0 444 s3cret\n/web.conf 0:0 444 listen 80"},
      {"long, nothing but the source",
        map({{"secrets", list({map({{"source", "db"}})})}}),
        "/run/secrets/db 0:0 444 s3cret"},
      {"long, all of it",
        map({{"secrets",
          list({map({{"source", "db"},
            {"target", "password"},
            {"uid", "103"},
            {"gid", 104},
            {"mode", 0440}})})}}),
        "/run/secrets/password 103:104 440 s3cret"},
      {"a mode as text, a target that is a path",
        map({{"configs",
          list({map({{"source", "web.conf"}, {"target", "/etc/web/it"}, {"mode", "0600"}})})}}),
        "/etc/web/it 0:0 600 listen 80"},
      {"a relative target of a config",
        map({{"configs", list({map({{"source", "web.conf"}, {"target", "etc/it"}})})}}),
        "/etc/it 0:0 444 listen 80"},
      {"the same twice, at two places",
        map({{"secrets", list({"db", map({{"source", "db"}, {"target", "again"}})})}}),
        "/run/secrets/db 0:0 444 s3cret\n/run/secrets/again 0:0 444 s3cret"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(shown(file_with(row.service)) == row.expected);
    }
  }

  TEST_CASE("secrets and configs: what is refused") {
    const auto secret_of = [](value entry) { return map({{"secrets", list({std::move(entry)})}}); };
    const std::string at = "compose.yaml: service web: secrets[0]";
    const struct {
      std::string name;
      value service;
      std::string expected;
    } rows[] = {
      {"one that is not there",
        secret_of("gone"),
        at
          + ": secret gone does not stand under secrets at the top of the file; add it there with "
            "file or environment"},
      {"no source",
        secret_of(map({{"target", "a"}})),
        at + ": the source is missing; name one of the secrets at the top of the file"},
      {"a user that is none",
        secret_of(map({{"source", "db"}, {"uid", "root"}})),
        at + ".uid: found \"root\", expected a whole number"},
      {"a user below zero",
        secret_of(map({{"source", "db"}, {"uid", -1}})),
        at + ".uid: found -1, expected the number of a user or group"},
      {"a mode that is none",
        secret_of(map({{"source", "db"}, {"mode", 07777 + 1}})),
        at + ".mode: found 4096, expected permission bits like 0440"},
      {"a target that climbs",
        secret_of(map({{"source", "db"}, {"target", "../db"}})),
        at + ": found the target ../db, expected the path of a file without . and .."},
      {"a target that is a folder",
        secret_of(map({{"source", "db"}, {"target", "/"}})),
        at + ": found the target /, expected the path of a file without . and .."},
      {"a member that compose does not know",
        secret_of(map({{"source", "db"}, {"file", "x"}})),
        at + ".file: not supported in a secret; remove it"},
      {"no list",
        map({{"secrets", "db"}}),
        "compose.yaml: service web: secrets: found \"db\", expected a list"},
      {"a target where a volume is",
        map({{"secrets", list({map({{"source", "db"}, {"target", "/d"}})})},
          {"volumes", list({"data:/d:ro"})}}),
        at + ": something else is mounted at /d; give it another target"},
      {"one target twice",
        map({{"secrets", list({"db"})},
          {"configs", list({map({{"source", "web.conf"}, {"target", "/run/secrets/db"}})})}}),
        "compose.yaml: service web: configs[0]: something else is mounted at /run/secrets/db; give "
        "it another target"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(shown(file_with(row.service)) == row.expected);
    }
  }

  TEST_CASE("secrets and configs: what stands at the top") {
    const auto uses = map({{"secrets", list({"db"})}});
    const struct {
      std::string name;
      value definition;
      std::string expected;
    } rows[] = {
      {"a text", map({{"content", "t"}}), "/run/secrets/db 0:0 444 t"},
      {"nothing in it", map({{"content", ""}}), "/run/secrets/db 0:0 444 "},
      {"with a name", map({{"content", "t"}, {"name", "n"}}), "/run/secrets/db 0:0 444 t"},
      {"bytes",
        map({{"content", map({{"x-base64", "AP8="}})}}),
        "/run/secrets/db 0:0 444 " + std::string{"\0\xff", 2}},
      {"bytes that are none",
        map({{"content", map({{"x-base64", "s3cret"}})}}),
        "compose.yaml: secret db: content: found a map, expected text, or a map with x-base64"},
      {"from elsewhere",
        map({{"external", true}}),
        "compose.yaml: secret db: external is not supported: there is no swarm that has it; name a "
        "file with file, or a variable with environment"},
      {"not from elsewhere",
        map({{"content", "t"}, {"external", false}}),
        "/run/secrets/db 0:0 444 t"},
      {"nothing",
        map({}),
        "compose.yaml: service web: secrets[0]: secret db has no content under secrets at the top "
        "of "
        "the file; add it there with file or environment"},
      {"a driver",
        map({{"content", "t"}, {"driver", "vault"}}),
        "compose.yaml: secret db: driver: not supported in a secret; remove it"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto file = file_with(uses);
      file.doc.set("secrets", map({{"db", row.definition}}));
      CHECK(shown(file) == row.expected);
    }
    auto unused = file_with(map({}));
    unused.doc.set("secrets", map({{"db", map({{"file", "./not-read"}})}}));
    CHECK(shown(unused).empty());
  }

  TEST_CASE("secrets: no message shows one") {
    auto file = file_with(map({{"secrets", list({"db", "gone"})}}));
    file.doc.set("secrets", map({{"db", map({{"content", list({"s3cret"})}})}}));
    const auto made = normalise_target(file, device());
    REQUIRE_FALSE(made);
    CHECK(made.error().what.find("s3cret") == std::string::npos);
  }

  TEST_CASE("secrets: the service mounts a file whose name tells another content, owner and mode") {
    auto facts = device();
    facts.files_root = "/run/here";
    const auto document = file_with(map({{"secrets", list({"db"})}}));
    const auto made = normalise_target(document, facts);
    REQUIRE(made);
    const auto& service = *web(made->target);
    REQUIRE(service.config.mounts.size() == 1);
    REQUIRE(service.files.size() == 1);
    const auto& m = service.config.mounts[0];
    CHECK(m.type == "bind");
    CHECK(m.read_only);
    CHECK(m.source == "/run/here/" + service.files[0].name);
    CHECK(m.target == "/run/secrets/db");
    CHECK(service.files[0].name.size() == service_file_name_size);
    CHECK(service.files[0].name.find_first_not_of("0123456789abcdef") == std::string::npos);

    auto salted = facts;
    salted.files_salt = secret{"salt"};
    const auto entry = [](value member) {
      auto out = map({{"source", "db"}});
      out.set(member.find("key") == nullptr ? "x" : *member.find("key")->as_text(),
        member.find("to") == nullptr ? value{} : *member.find("to"));
      return map({{"secrets", list({std::move(out)})}});
    };
    const auto plain = map({{"secrets", list({"db"})}});
    const std::set<std::string> names{
      name_with(plain),
      name_with(plain, "other"),
      name_with(plain, "s3cret", salted),
      name_with(entry(map({{"key", "uid"}, {"to", 1}}))),
      name_with(entry(map({{"key", "gid"}, {"to", 1}}))),
      name_with(entry(map({{"key", "mode"}, {"to", 0400}}))),
    };
    CHECK(names.size() == 6);
    CHECK_FALSE(names.contains(""));
    // Where it is seen is the mount's business: one file serves both.
    CHECK(name_with(entry(map({{"key", "target"}, {"to", "/x"}}))) == name_with(plain));
  }

  TEST_CASE("secrets: what is held in memory is limited") {
    auto file = file_with(map({}));
    value::list_type entries;
    for (int uid = 1; uid <= 20; ++uid)
      entries.push_back(map({{"source", "db"}, {"uid", uid}, {"target", std::to_string(uid)}}));
    file.doc.set("secrets", map({{"db", map({{"content", std::string(450'000, 'x')}})}}));
    auto services = *file.doc.find("services");
    services.set("web", map({{"image", "web"}, {"secrets", value{entries}}}));
    file.doc.set("services", std::move(services));
    CHECK(
      shown(file)
      == "compose.yaml: the secrets and configs of all services have 9000000 bytes, and are held "
         "in memory; expected at most 8388608");
  }

  TEST_CASE("files: those of the target and those that a container still mounts are kept") {
    const auto made = normalise_target(file_with(map({{"secrets", list({"db"})}})), device());
    REQUIRE(made);
    const auto& files = web(made->target)->files;
    const auto& app = made->target.apps[0];
    CHECK(files_of(made->target, app.id, {"web"}) == files);
    CHECK(files_of(made->target, app.id, {"db"}).empty());
    CHECK(files_of(made->target, {app.id.value + 1}, {"web"}).empty());
    engine_view view;
    supervised_container old;
    mount m;
    m.type = "bind";
    m.source = "/files/0123";
    old.what.config.mounts = {m};
    m.source = "/elsewhere/4567";
    old.what.config.mounts.push_back(m);
    view.containers.push_back(old);
    const auto kept = kept_files(made->target, view, "/files");
    CHECK(std::set<std::string>(kept.begin(), kept.end())
          == std::set<std::string>{"0123", files[0].name});
    CHECK(kept_files({}, {}, "/files").empty());
    const auto told = without_contents(made->target);
    const auto& shown = web(told)->files;
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].content.empty());
    CHECK(shown[0].name == files[0].name);
  }

  TEST_CASE("secrets: from the cloud they are ignored with a warning") {
    CHECK(
      warnings_of(cloud(map({{"secrets", list({"db"})}}))).find("secrets: the cloud sends no such")
      != std::string::npos);
  }
}

} // namespace
} // namespace copal::planning::documents
