#include "actors/planning/normalise/normalise.hpp"
#include "adapters/target_file/decode.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace copal;

namespace {

/// What the author of a file is told first.
std::string told(const std::string& text) {
  target_file::origin from;
  from.path = "/shop/compose.yaml";
  const auto got = target_file::decode(from, text, {});
  if (!got)
    return got.error().what;
  const auto made = planning::normalise_target(got->doc, {});
  return made ? "accepted" : made.error().what.substr(0, made.error().what.find('\n'));
}

const std::string head = "# a shop\nservices:\n  web:\n    image: web\n"; // 4 lines

} // namespace

TEST_SUITE("target file") {
  TEST_CASE("broken files: each is refused with its line, its field and what to do") {
    const struct {
      std::string name;
      std::string text;
      std::string told; // behind "/shop/compose.yaml:"
    } rows[] = {
      {"a tab", head + "\ttty: true\n", "5:1: a tab in the indentation"},
      {"a key twice", head + "    tty: true\n    image: db\n", "6:5: "},
      {"cut off in the middle", head + R"(    command: ["a", "b)", "5:"},
      {"a control character", head + "    user: \"\x01\"\n", "5:12: a control character"},
      {"not UTF-8", head + "    user: \xff\n", "5:11: not UTF-8"},
      {"a variable that must be set",
        head + "    environment:\n      A: 1\n      B: ${TOKEN:?set it}\n",
        "7: "},
      {"build",
        head + "    build: .\n",
        "5: service web: build: not supported; build the image "
        "beforehand and name it with image"},
      {"a bind mount",
        head + "    volumes:\n      - /data\n      - /web:/web\n",
        "7: service web: volumes[1]: bind mounts of absolute paths are not supported; use a named "
        "volume, a path that begins with ./ or ../, or a label "},
      {"a bind mount in the long form",
        head + "    volumes:\n      - type: bind\n        source: /etc\n        target: /etc\n",
        "6: service web: volumes[0]: bind mounts of absolute paths are not supported; use a named "
        "volume, a path that begins with ./ or ../, or a label "},
      {"a field of Swarm",
        head + "    deploy:\n      replicas: 2\n",
        "6: service web: deploy.replicas: not supported; one container runs for each service; "
        "remove it"},
      {"a limit that stands twice",
        head + "    mem_limit: 64m\n    deploy: {resources: {limits: {memory: 64m}}}\n",
        "6: service web: deploy.resources.limits.memory: mem_limit says the same; keep one of the "
        "two"},
      {"annotations", head + "    annotations: [a=b, \"=c\"]\n", "5: service web: annotations: "},
      {"a spelling error",
        head + "    enviroment:\n      A: 1\n",
        "6: service web: enviroment: not supported in a service; remove it"},
      {"a wrong type",
        head + "    privileged: \"yes\"\n",
        "5: service web: privileged: found \"yes\", expected true or false"},
      {"a port that is none",
        head + "    ports:\n      - \"80\"\n      - \"eighty:80\"\n",
        "7: service web: ports[1]: found \"eighty:80\", expected "},
      {"a service without image",
        "services:\n  db:\n    tty: true\n",
        "3: service db: the service "
        "has no image; add image: "},
      {"a secret that nobody describes",
        head + "    secrets: [a]\n",
        "5: service web: secrets[0]: secret a does not stand under secrets at the top of the file; "
        "add it there with file or environment"},
      {"a name that is none", "name: My Shop\n" + head, "1: name: found \"My Shop\", expected a "},
      {"a pull policy", head + "    pull_policy: always\n", "5: service web: pull_policy: found "},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      const auto got = told(row.text);
      CAPTURE(got);
      CHECK(got.find("/shop/compose.yaml:" + row.told) == 0);
    }
    CHECK(told(head) == "accepted");
  }

  TEST_CASE("broken files: every field of compose that is not supported is refused") {
    for (const std::string field : {"attach: false",
           "blkio_config: {weight: 1}",
           "build: .",
           "container_name: a",
           "cpu_count: 1",
           "credential_spec: {}",
           "device_cgroup_rules: [a]",
           "label_file: a.labels",
           "expose: [1]",
           "extends: a",
           "external_links: [a]",
           "isolation: default",
           "links: [db]",
           "mem_swappiness: 1",
           "platform: linux/arm64",
           "post_start: []",
           "provider: {}",
           "scale: 2",
           "storage_opt: {}",
           "volumes_from: [a]"}) {
      CAPTURE(field);
      const auto got = told(head + "    " + field + '\n');
      CAPTURE(got);
      CHECK(got.find("/shop/compose.yaml:5: service web: " + field.substr(0, field.find(':'))
                     + ": not supported")
            == 0);
    }
    for (const std::string top : {"include: [a.yaml]", "models: {}"}) {
      CAPTURE(top);
      CHECK(told(head + top + '\n').find("/shop/compose.yaml:5: ") == 0);
    }
  }

  TEST_CASE("files that compose takes: extensions and version say nothing") {
    CHECK(told("version: \"3.8\"\nx-common: &common\n  restart: always\n  x-deep: 1\n"
               "services:\n  web:\n    <<: *common\n    image: web\n    x-note: 1\n"
               "    healthcheck:\n      test: [CMD, \"true\"]\n      x-note: 1\n"
               "    volumes:\n      - {type: volume, source: data, target: /data, x-note: 1}\n"
               "    networks:\n      front:\n        x-note: 1\n"
               "    ulimits:\n      nofile: {soft: 1, hard: 2, x-note: 1}\n"
               "networks:\n  front:\n    x-note: 1\n    ipam:\n      x-note: 1\n"
               "volumes:\n  data:\n    x-note: 1\n")
          == "accepted");
  }
}
