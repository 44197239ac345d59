#include "adapters/target_file/service_files.hpp"

#include "adapters/target_file/decode.hpp"
#include "adapters/target_file/files.hpp"
#include "tests/support/temp_folder.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <doctest/doctest.h>

using namespace copal;

namespace {

using settings = std::map<std::string, std::string, std::less<>>;

target_file::origin compose_at(const std::string& path, const settings& set = {}) {
  target_file::origin out;
  out.path = path;
  out.variables = [set](std::string_view name) -> std::optional<std::string> {
    const auto it = set.find(name);
    return it == set.end() ? std::nullopt : std::optional{it->second};
  };
  return out;
}

/// The top of a document behind these lines, which a service uses: secret s and config c.
std::string with_service(const std::string& top) {
  return "services: {web: {image: a, secrets: [s], configs: [{source: c, target: /c}]}}\n" + top;
}

struct bench {
  test::temp_folder folder;

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream{folder / name, std::ios::binary} << bytes;
  }

  /// What `kind` is made to, or what is wrong, without the folder's name.
  [[nodiscard]] std::string made(
    const std::string& text, const char* kind = "secrets", const settings& set = {}) const {
    const auto got = target_file::decode(compose_at((folder / "c.yaml").string(), set),
      text,
      "FROM_DOT=dotted\n",
      [](const std::string& path) { return target_file::read_small(path, 1U << 20U); });
    if (got)
      return debug_string(*got->doc.doc.find(kind));
    auto told = '!' + got.error().what;
    const auto name = folder.path().string();
    for (auto at = told.find(name); at != std::string::npos; at = told.find(name))
      told.replace(at, name.size(), "@");
    return told;
  }
};

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("secrets and configs: where their contents come from") {
    const bench b;
    b.write("a.txt", "s3cret $NOT\n");
    b.write("b.bin", std::string{"\xff\0x", 3});
    b.write("nul", std::string{"a\0b", 3});
    b.write("empty", "");
    const struct {
      std::string name, text, kind, expected;
      settings set;
    } rows[] = {
      {"a file, as it is",
        "secrets: {s: {file: ./a.txt}}\n",
        "secrets",
        "{s: {content: \"s3cret $NOT\n\"}}",
        {}},
      {"a file of a config",
        "configs: {c: {file: a.txt}}\n",
        "configs",
        "{c: {content: \"s3cret $NOT\n\"}}",
        {}},
      {"one that a variable names",
        "secrets: {s: {file: \"${WHICH}\"}}\n",
        "secrets",
        "{s: {content: \"s3cret $NOT\n\"}}",
        {{"WHICH", "a.txt"}}},
      {"an empty one", "secrets: {s: {file: empty}}\n", "secrets", R"({s: {content: ""}})", {}},
      {"bytes",
        "secrets: {s: {file: b.bin}}\n",
        "secrets",
        R"({s: {content: {x-base64: "/wB4"}}})",
        {}},
      {"a zero byte",
        "secrets: {s: {file: nul}}\n",
        "secrets",
        R"({s: {content: {x-base64: "YQBi"}}})",
        {}},
      {"a variable of the process",
        "secrets: {s: {environment: V}}\n",
        "secrets",
        R"({s: {content: "out"}})",
        {{"V", "out"}}},
      {"a variable of .env",
        "secrets: {s: {environment: FROM_DOT}}\n",
        "secrets",
        R"({s: {content: "dotted"}})",
        {}},
      {"a content, with its variables replaced",
        "configs: {c: {content: \"port ${P}, $$\"}}\n",
        "configs",
        R"({c: {content: "port 80, $"}})",
        {{"P", "80"}}},
      {"what nobody uses is not read",
        "secrets: {other: {file: ./gone}}\n",
        "secrets",
        R"({other: {file: "./gone"}})",
        {}},
      {"what else is said stays",
        "secrets: {s: {file: empty, name: n, x-a: 1}}\n",
        "secrets",
        R"({s: {name: "n", x-a: 1, content: ""}})",
        {}},
      {"from elsewhere: refused later, with advice",
        "secrets: {s: {external: true}}\n",
        "secrets",
        "{s: {external: true}}",
        {}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(b.made(with_service(row.text), row.kind.c_str(), row.set) == row.expected);
    }
  }

  TEST_CASE("secrets and configs: what is refused, with its line") {
    const bench b;
    std::filesystem::create_directory(b.folder / "sub");
    b.write("long", std::string(target_file::most_secret_bytes + 1, 'x'));
    b.write("longer", std::string(2U << 20U, 'x'));
    b.write("right", std::string(target_file::most_secret_bytes, 'x'));
    const struct {
      std::string name, text, expected;
    } rows[] = {
      {"a missing file",
        "secrets:\n  s:\n    file: ./gone\n",
        "!@/c.yaml:4: secret s: file: @/gone: there is no such file; make it"},
      {"a folder",
        "secrets:\n  s: {file: sub}\n",
        "!@/c.yaml:3: secret s: file: @/sub: it is a folder, expected a file"},
      {"one byte too many",
        "secrets: {s: {file: long}}\n",
        "!@/c.yaml:2: secret s: found 512001 bytes, expected at most 512000 bytes"},
      {"far too long",
        "secrets: {s: {file: longer}}\n",
        "!@/c.yaml:2: secret s: file: @/longer: expected at most 512000 bytes"},
      {"a variable that is not set",
        "secrets: {s: {environment: V}}\n",
        "!@/c.yaml:2: secret s: environment: the variable V is not set; set it, or put it into "
        ".env"},
      {"a variable without a name",
        "secrets: {s: {environment: [V]}}\n",
        "!@/c.yaml:2: secret s: environment: found a list, expected the name of a variable"},
      {"a file without a path",
        "configs: {c: {file: 1}}\n",
        "!@/c.yaml:2: config c: file: found an integer, expected the path of a file"},
      {"nothing",
        "secrets: {s: {}}\n",
        "!@/c.yaml:2: secret s: expected one of file, environment (and only one)"},
      {"two",
        "configs: {c: {file: a, environment: b}}\n",
        "!@/c.yaml:2: config c: expected one of file, environment and content"},
      {"the content of a secret",
        "secrets: {s: {content: s3cret}}\n",
        "!@/c.yaml:2: secret s: content: a secret does not stand in the file itself; name a file "
        "with file, or a variable with environment"},
      {"a content that is none",
        "configs: {c: {content: {a: b}}}\n",
        "!@/c.yaml:2: config c: content: found a map, expected text"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(b.made(with_service(row.text)) == row.expected);
    }
    CHECK(b.made(with_service("secrets: {s: {file: right}}\n")).starts_with("{s: {content: \"xxx"));
    std::string many = "services: {web: {image: a, secrets: [";
    std::string all = "secrets:\n";
    for (int i = 0; i < 9; ++i) {
      many += (i == 0 ? "s" : ", s") + std::to_string(i);
      all += "  s" + std::to_string(i) + ": {file: right}\n";
    }
    CHECK(b.made(many + "]}}\n" + all)
          == "!@/c.yaml:11: secret s8: all secrets and configs up to here have 4608000 bytes, "
             "expected at most 4194304");
  }

  TEST_CASE("binds: the document tells where its folder is on the host, where it matters") {
    const std::string relative = "services: {web: {image: a, volumes: [./d:/d]}}\n";
    const struct {
      std::string name, path, root, text, expected;
    } rows[] = {
      {"here", "/srv/shop/c.yaml", "/", relative, "/srv/shop"},
      {"below the host's root", "/mnt/root/srv/shop/c.yaml", "/mnt/root", relative, "/srv/shop"},
      {"the same, spelled otherwise", "/mnt/root/srv/c.yaml", "/mnt/root/", relative, "/srv"},
      {"in the root itself", "/mnt/root/c.yaml", "/mnt/root", relative, "/"},
      {"not below it", "/data/c.yaml", "/mnt/root", relative, "none"},
      {"in a folder with a like name", "/mnt/rooted/c.yaml", "/mnt/root", relative, "none"},
      {"no relative bind",
        "/srv/c.yaml",
        "/",
        "services: {web: {image: a, volumes: [d:/d]}}\n",
        "none"},
      {"a long one",
        "/srv/c.yaml",
        "/",
        "services: {web: {image: a, volumes: [{type: bind, source: d, target: /d}]}}\n",
        "/srv"},
      {"what the file says of it does not count",
        "/srv/c.yaml",
        "/",
        "x-copal-folder: /etc\nservices: {web: {image: a}}\n",
        "none"},
      {"nor beside a relative bind",
        "/srv/c.yaml",
        "/",
        "x-copal-folder: /etc\n" + relative,
        "/srv"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      auto from = compose_at(row.path);
      from.root = row.root;
      const auto got = target_file::decode(from, row.text, std::nullopt);
      REQUIRE(got);
      const auto* folder = got->doc.doc.find("x-copal-folder");
      CHECK((folder == nullptr ? "none" : *folder->as_text()) == row.expected);
    }
  }
}
