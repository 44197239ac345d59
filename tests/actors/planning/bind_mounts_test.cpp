#include "tests/actors/planning/documents.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

// Folders of the host in a container, and the options of the long form of a volume.

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

value with_volume(value volume) {
  return map({{"volumes", list({std::move(volume)})}});
}

/// A file in /srv/shop whose service web has this volume.
target_document in_folder(value volume, const char* folder = "/srv/shop") {
  auto file = compose(with_volume(std::move(volume)));
  file.doc.set("x-copal-folder", folder);
  return file;
}

std::string shown(const mount& m) {
  return m.type + ' ' + m.source + " at " + m.target + (m.read_only ? " ro" : "")
         + (m.propagation.empty() ? "" : ' ' + m.propagation) + (m.no_copy ? " nocopy" : "")
         + (m.tmpfs_bytes == 0 ? "" : " size " + std::to_string(m.tmpfs_bytes))
         + (m.tmpfs_mode == 0 ? "" : " mode " + std::to_string(m.tmpfs_mode));
}

/// What the one volume of a document becomes, or what is said of it.
std::string made_of(const target_document& document) {
  if (auto told = warnings_of(document); !told.empty()) {
    const auto at = told.find("volumes[0]");
    return at == std::string::npos ? told : told.substr(at);
  }
  const auto config = container_of(document);
  for (const auto& bind : config.binds) {
    if (!bind.starts_with("/locks/"))
      return "bind " + bind;
  }
  return config.mounts.empty() ? "nothing" : "mount " + shown(config.mounts[0]);
}

value bind_at(const char* source, value options = value{}) {
  return map(
    {{"type", "bind"}, {"source", source}, {"target", "/d"}, {"bind", std::move(options)}});
}

TEST_SUITE("planning: services") {
  TEST_CASE("bind mounts: a path counts from the folder of the file") {
    const struct {
      std::string name;
      value volume;
      std::string expected;
    } rows[] = {
      {"below", "./data:/d", "bind /srv/shop/data:/d"},
      {"with options", "./data:/d:ro,z", "bind /srv/shop/data:/d:ro,z"},
      {"with a propagation", "./data:/d:rslave", "bind /srv/shop/data:/d:rslave"},
      {"beside", "../data:/d", "bind /srv/data:/d"},
      {"the folder itself", ".:/d", "bind /srv/shop:/d"},
      {"the one above", "..:/d", "bind /srv:/d"},
      {"dots within", "./a/.././b//c/:/d", "bind /srv/shop/b/c:/d"},
      {"no higher than the root", "../../../../x:/d", "bind /x:/d"},
      {"long", bind_at("./data"), "bind /srv/shop/data:/d"},
      {"long, without a dot", bind_at("data"), "bind /srv/shop/data:/d"},
      {"long, no folder is made",
        bind_at("./data", map({{"create_host_path", false}})),
        "mount bind /srv/shop/data at /d"},
      {"long, with a propagation",
        bind_at("./data", map({{"create_host_path", false}, {"propagation", "rshared"}})),
        "mount bind /srv/shop/data at /d rshared"},
      {"long, with a propagation and a folder that is made",
        bind_at("./data", map({{"propagation", "slave"}, {"create_host_path", true}})),
        "bind /srv/shop/data:/d:slave"},
      {"long, for SELinux", bind_at("./data", map({{"selinux", "Z"}})), "bind /srv/shop/data:/d:Z"},
      {"long, read only",
        map({{"type", "bind"}, {"source", "./a"}, {"target", "/d"}, {"read_only", true}}),
        "bind /srv/shop/a:/d:ro"},
      {"long, read only, no folder is made",
        map({{"type", "bind"},
          {"source", "./a"},
          {"target", "/d"},
          {"read_only", true},
          {"bind", map({{"create_host_path", false}})}}),
        "mount bind /srv/shop/a at /d ro"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(made_of(in_folder(row.volume)) == row.expected);
    }
    CHECK(made_of(in_folder("./a:/d", "/")) == "bind /a:/d");
    CHECK(made_of(in_folder("./a:/d", "/s:t")).find("found a colon in /s:t/a or /d")
          != std::string::npos);
    CHECK(made_of(in_folder(bind_at("a", map({{"create_host_path", false}})), "/s:t"))
          == "mount bind /s:t/a at /d");
  }

  TEST_CASE("bind mounts: what is refused, with advice") {
    const std::string absolute =
      "volumes[0]: bind mounts of absolute paths are not supported; use a named volume, a path "
      "that begins with ./ or ../, or a label io.balena.features.*";
    const std::string unread =
      "volumes[0]: found \"./a:/d:rx\", expected ./path:/path with the options ro, rw, z, Z, "
      "private, rprivate, shared, rshared, slave or rslave";
    const struct {
      std::string name;
      value volume;
      std::string expected;
    } rows[] = {
      {"absolute", "/etc:/d", absolute},
      {"of a home", "~/a:/d", absolute},
      {"long, absolute", bind_at("/etc"), absolute},
      {"an option that is none", "./a:/d:rx", unread},
      {"a target that is none",
        "./a:d",
        "volumes[0]: found \"./a:d\", expected ./path:/path[:options]"},
      {"too many parts",
        "./a:/d:ro:z",
        "volumes[0]: found \"./a:/d:ro:z\", expected ./path:/path[:options]"},
      {"no source",
        map({{"type", "bind"}, {"target", "/d"}}),
        "volumes[0]: the source is missing; add source: ./path"},
      {"no target",
        map({{"type", "bind"}, {"source", "./a"}}),
        "volumes[0]: the target is missing or not an absolute path; add target: /path"},
      {"a propagation that is none",
        bind_at("./a", map({{"propagation", "all"}})),
        "volumes[0].bind.propagation: found \"all\", expected private, rprivate, shared, rshared, "
        "slave or rslave"},
      {"SELinux without a folder that is made",
        bind_at("./a", map({{"selinux", "z"}, {"create_host_path", false}})),
        "volumes[0].bind.selinux: the engine takes it only where it makes a missing folder; remove "
        "it, or create_host_path: false"},
      {"an option of another type",
        map({{"type", "bind"}, {"source", "./a"}, {"target", "/d"}, {"tmpfs", map({})}}),
        "volumes[0].tmpfs: the type of this volume is bind; remove it"},
      {"an option that engines of this API do not have",
        bind_at("./a", map({{"recursive", "disabled"}})),
        "volumes[0].bind.recursive: not supported in bind options; remove it"},
      {"a volume with the source of a bind",
        map({{"type", "volume"}, {"source", "./a"}, {"target", "/d"}}),
        "volumes[0]: its source is a path; use type bind, or a named volume"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(made_of(in_folder(row.volume)) == row.expected);
    }
  }

  TEST_CASE(
    "bind mounts: where the host does not see the folder, or in the cloud, there are none") {
    CHECK(made_of(compose(with_volume("./a:/d")))
          == "volumes[0]: the host does not see the folder of this file, from which the path "
             "counts; put the file below the host's root (--root)");
    CHECK(made_of(cloud(with_volume("./a:/d"))).ends_with("not supported: ignored"));
    CHECK(made_of(cloud(with_volume(bind_at("./a")))).ends_with("not supported: ignored"));
  }

  TEST_CASE("volumes: all options of the long form") {
    const auto tmpfs = [](value options) {
      return map({{"type", "tmpfs"}, {"target", "/t"}, {"tmpfs", std::move(options)}});
    };
    const struct {
      std::string name;
      value volume;
      std::string expected;
    } rows[] = {
      {"a size", tmpfs(map({{"size", "1m"}})), "mount tmpfs  at /t size 1048576"},
      {"a mode", tmpfs(map({{"mode", 01777}})), "mount tmpfs  at /t mode 1023"},
      {"a mode as text", tmpfs(map({{"mode", "0700"}})), "mount tmpfs  at /t mode 448"},
      {"a mode that is none",
        tmpfs(map({{"mode", 010000}})),
        "volumes[0].tmpfs.mode: found 4096, expected permission bits like 0440"},
      {"a mode that is no number",
        tmpfs(map({{"mode", "rwx"}})),
        "volumes[0].tmpfs.mode: found \"rwx\", expected permission bits like 0440"},
      {"read only tmpfs",
        map({{"type", "tmpfs"}, {"target", "/t"}, {"read_only", true}}),
        "mount tmpfs  at /t ro"},
      {"nocopy",
        map({{"type", "volume"},
          {"source", "data"},
          {"target", "/t"},
          {"volume", map({{"nocopy", true}})}}),
        "mount volume @_data at /t nocopy"},
      {"options of another type",
        map({{"type", "volume"}, {"target", "/t"}, {"tmpfs", map({{"size", 1}})}}),
        "volumes[0].tmpfs: the type of this volume is volume; remove it"},
      {"a part of a volume",
        map({{"type", "volume"}, {"target", "/t"}, {"volume", map({{"subpath", "a"}})}}),
        "volumes[0].volume.subpath: not supported in volume options; remove it"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto made = made_of(in_folder(row.volume));
      if (const auto at = made.find("_data"); at != std::string::npos)
        made.replace(13, at - 13, "@");
      CHECK(made == row.expected);
    }
    CHECK(
      made_of(cloud(with_volume(map({{"type", "volume"}, {"target", "/t"}, {"tmpfs", map({})}}))))
        .ends_with("volumes[0].tmpfs: the type of this volume is volume: ignored"));
  }
}

} // namespace
} // namespace copal::planning::documents
