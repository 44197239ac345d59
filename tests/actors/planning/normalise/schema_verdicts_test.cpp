// Every field that the compose specification knows has a verdict: it is read, or it is told by its
// name, and docs/compatibility.md has a line on it.

#include "tests/actors/planning/documents.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::planning::documents {
namespace {

const auto map = [](std::initializer_list<value_member> members) { return value::map(members); };
const auto list = [](std::initializer_list<value> items) { return value::list(items); };

enum class verdict : std::uint8_t {
  read,    ///< Without a word.
  told,    ///< Ignored, and a warning names it.
  refused, ///< With advice.
};

struct field_verdict {
  std::string field;
  value given;
  verdict in_file = verdict::read;
  verdict in_cloud = verdict::read;
};

constexpr auto refused = verdict::refused;
constexpr auto told = verdict::told;

/// The service of the compose specification, https://github.com/compose-spec, in its order.
std::vector<field_verdict> service_fields() {
  return {
    {"develop", map({}), refused, told},
    {"deploy", map({{"resources", map({{"limits", map({{"pids", 5}})}})}})},
    {"annotations", map({{"a", "b"}})},
    {"attach", false, refused, told},
    {"build", ".", refused, verdict::read}, // the cloud has built it
    {"blkio_config", map({}), refused, told},
    {"cap_add", list({"NET_ADMIN"})},
    {"cap_drop", list({"MKNOD"})},
    {"cgroup", "host"},
    {"cgroup_parent", "p"},
    {"command", "true"},
    {"configs", list({"a"}), verdict::read, told},
    {"container_name", "a", refused, told},
    {"cpu_count", 1, refused, told},
    {"cpu_percent", 50, refused, told},
    {"cpu_shares", 512},
    {"cpu_quota", 50000},
    {"cpu_period", 100000, refused, told},
    {"cpu_rt_period", 1, refused, told},
    {"cpu_rt_runtime", 1, refused, told},
    {"cpus", 0.5},
    {"cpuset", "0"},
    {"credential_spec", map({}), refused, told},
    {"depends_on",
      map(
        {{"db", map({{"condition", "service_healthy"}, {"required", false}, {"restart", true}})}})},
    {"device_cgroup_rules", list({"c 1:3 mr"}), refused, told},
    {"devices", list({"/dev/null"})},
    {"dns", "1.1.1.1"},
    {"dns_opt", list({"use-vc"})},
    {"dns_search", "a.test"},
    {"domainname", "d.test"},
    {"entrypoint", "true"},
    {"env_file", "a.env", verdict::read, told},
    {"label_file", "a.labels", refused, told},
    {"environment", map({{"A", "1"}})},
    {"expose", list({"80"}), refused, told},
    {"extends", map({}), refused, told},
    {"provider", map({}), refused, told},
    {"external_links", list({"a"}), refused, told},
    {"extra_hosts", list({"a=1.1.1.1"})},
    {"gpus", "all"},
    {"group_add", list({"video"})},
    {"healthcheck", map({{"test", "true"}})},
    {"hostname", "h"},
    {"image", "web"},
    {"init", true},
    {"ipc", "host"},
    {"isolation", "default", refused, told},
    {"labels", map({{"a", "1"}})},
    {"links", list({"db"}), refused, told},
    {"logging", map({{"driver", "local"}}), verdict::read, told},
    {"mac_address", "02:42:ac:11:65:43"},
    {"mem_limit", "64m"},
    {"mem_reservation", "32m"},
    {"mem_swappiness", 1, refused, told},
    {"memswap_limit", -1},
    {"models", list({"a"}), refused, told},
    {"network_mode", "host"},
    {"networks", list({"front"})},
    {"oom_kill_disable", true},
    {"oom_score_adj", 1},
    {"pid", "host"},
    {"pids_limit", 5},
    {"platform", "linux/arm64", refused, told},
    {"ports", list({"80:80"})},
    {"post_start", list({}), refused, told},
    {"pre_stop", list({}), refused, told},
    {"privileged", true},
    {"profiles", list({"a"}), verdict::read, told},
    {"pull_policy", "missing", verdict::read, told},
    {"pull_refresh_after", "1d", refused, told},
    {"read_only", true},
    {"restart", "no"},
    {"runtime", "runc"},
    {"scale", 2, refused, told},
    {"secrets", list({"a"}), verdict::read, told},
    {"security_opt", list({"no-new-privileges"})},
    {"shm_size", "16m"},
    {"sysctls", list({"a.b=1"})},
    {"stdin_open", true},
    {"stop_grace_period", "1s"},
    {"stop_signal", "SIGINT"},
    {"storage_opt", map({}), refused, told},
    {"tmpfs", "/run"},
    {"tty", true},
    {"ulimits", map({{"nproc", 512}})},
    {"use_api_socket", true, refused, told},
    {"user", "1000"},
    {"uts", "host"},
    {"userns_mode", "host"},
    {"volumes", list({"data:/data"})},
    {"volumes_from", list({"db"}), refused, told},
    {"working_dir", "/w"},
  };
}

/// What `deploy` of a service has.
std::vector<field_verdict> deploy_fields() {
  return {
    {"mode", "replicated", refused, told},
    {"endpoint_mode", "vip", refused, told},
    {"replicas", 1, refused, told},
    {"labels", map({}), refused, told},
    {"rollback_config", map({}), refused, told},
    {"update_config", map({}), refused, told},
    {"resources", map({})},
    {"restart_policy", map({}), refused, told},
    {"placement", map({}), refused, told},
  };
}

std::vector<field_verdict> network_fields() {
  return {
    {"name", "mine", refused, told},
    {"driver", "bridge"},
    {"driver_opts", map({{"a", "b"}})},
    {"ipam", map({})},
    {"external", true, refused, told},
    {"internal", true},
    {"enable_ipv4", true, refused, told},
    {"enable_ipv6", true},
    {"attachable", true, refused, told},
    {"labels", map({{"a", "1"}})},
  };
}

std::vector<field_verdict> volume_fields() {
  return {
    {"name", "mine", refused, told},
    {"driver", "local"},
    {"driver_opts", map({{"a", "b"}})},
    {"external", true, refused, told},
    {"labels", map({{"a", "1"}})},
  };
}

/// What a secret or config at the top of a file has; read with a content beside it.
std::vector<field_verdict> content_fields() {
  return {
    {"file", "./a"}, // the reader of the file has put its content in its place
    {"environment", "A"},
    {"content", "a"},
    {"name", "mine"},
    {"external", true, refused, told},
    {"labels", map({}), refused, told},
    {"driver", "a", refused, told},
    {"template_driver", "a", refused, told},
  };
}

/// A cloud document and a file, each with one network and one volume.
target_document in_cloud(value network, value volume) {
  return cloud_release(map({{"web", cloud_service(map({}))}}),
    map({{"front", std::move(network)}}),
    map({{"data", std::move(volume)}}));
}

target_document in_file(value network, value volume) {
  auto file = compose_file(map({{"web", map({{"image", "web"}})}}));
  file.doc.set("networks", map({{"front", std::move(network)}}));
  file.doc.set("volumes", map({{"data", std::move(volume)}}));
  return file;
}

/// How a document is taken that has this field at `place`: what is found of it stands behind it.
void check_verdict(const target_document& document, const std::string& place, verdict expected) {
  const auto made = warnings_of(document);
  CAPTURE(made);
  const auto line = made.substr(0, made.find('\n'));
  switch (expected) {
    case verdict::read:
      CHECK(made.empty());
      break;
    case verdict::told:
      CHECK(line.rfind("refused", 0) != 0);
      CHECK(line.find("gnored") != std::string::npos);
      CHECK(line.find(place.substr(place.rfind('.') + 1)) != std::string::npos);
      break;
    case verdict::refused:
      CHECK(line.find("refused: compose.yaml: " + place + ": ") == 0);
      CHECK(line.find("; ") != std::string::npos);
      break;
  }
}

std::string compatibility_page() {
  const auto root = std::filesystem::path{COPAL_GOLDEN_DIR}.parent_path().parent_path();
  std::ifstream file{root / "docs" / "compatibility.md"};
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

/// What stands behind a field's name in the table of a section; empty when it has no line there.
std::string cells_of(
  const std::string& page, const std::string& section, const std::string& field) {
  const auto begin = page.find("\n## " + section + '\n');
  const auto end = page.find("\n## ", begin + 1);
  const auto name = "\n| `" + field + "` | ";
  const auto line = page.find(name, begin);
  if (begin == std::string::npos || line == std::string::npos || line > end)
    return {};
  const auto cells = line + name.size();
  return page.substr(cells, page.find('\n', cells) - cells);
}

/// "yes | refused |", as the page says it; contents of files are a file's alone.
std::string cells_for(const std::string& section, const field_verdict& row) {
  const auto word = [](verdict x) {
    return x == verdict::read ? "yes | " : x == verdict::told ? "ignored | " : "refused | ";
  };
  return section == "Secrets and configs" ? word(row.in_file)
                                          : std::string{word(row.in_cloud)} + word(row.in_file);
}

TEST_SUITE("planning: composition") {
  TEST_CASE("schema: every field of a service is read, or told by its name") {
    for (const auto& row : service_fields()) {
      CAPTURE(row.field);
      const auto service = map({{row.field, row.given}});
      check_verdict(compose(service), "service web: " + row.field, row.in_file);
      check_verdict(cloud(service), row.field, row.in_cloud);
    }
  }

  TEST_CASE("schema: every field of deploy is read, or told by its name") {
    for (const auto& row : deploy_fields()) {
      CAPTURE(row.field);
      const auto service = map({{"deploy", map({{row.field, row.given}})}});
      check_verdict(compose(service), "service web: deploy." + row.field, row.in_file);
      check_verdict(cloud(service), "deploy." + row.field, row.in_cloud);
    }
  }

  TEST_CASE("schema: every field of a network and of a volume is read, or told by its name") {
    for (const auto& row : network_fields()) {
      CAPTURE(row.field);
      const auto network = map({{row.field, row.given}});
      check_verdict(in_file(network, map({})), "networks.front." + row.field, row.in_file);
      check_verdict(in_cloud(network, map({})), "front." + row.field, row.in_cloud);
    }
    for (const auto& row : volume_fields()) {
      CAPTURE(row.field);
      const auto volume = map({{row.field, row.given}});
      check_verdict(in_file(map({}), volume), "volumes.data." + row.field, row.in_file);
      check_verdict(in_cloud(map({}), volume), "data." + row.field, row.in_cloud);
    }
  }

  TEST_CASE("schema: every field of secrets and configs is read, or told by its name") {
    for (const auto& row : content_fields()) {
      CAPTURE(row.field);
      for (const std::string one : {"secret", "config"}) {
        auto file = compose_file(map({{"web", map({{"image", "web"}})}}));
        file.doc.set(one + 's', map({{"a", map({{row.field, row.given}})}}));
        const auto told_of = warnings_of(file);
        CAPTURE(told_of);
        if (row.in_file == verdict::read) {
          CHECK(told_of.empty());
          continue;
        }
        CHECK(told_of.find("refused: compose.yaml: " + one + " a: ") == 0);
        CHECK(told_of.find(row.field) != std::string::npos);
        CHECK(told_of.find("; ") != std::string::npos);
      }
    }
  }

  TEST_CASE("schema: every field has its verdicts in docs/compatibility.md") {
    const auto page = compatibility_page();
    REQUIRE_FALSE(page.empty());
    const struct {
      std::string section;
      std::vector<field_verdict> fields;
    } sections[] = {
      {"Services", service_fields()},
      {"Services: `deploy`", deploy_fields()},
      {"Networks", network_fields()},
      {"Volumes", volume_fields()},
      {"Secrets and configs", content_fields()},
    };
    for (const auto& section : sections) {
      for (const auto& row : section.fields) {
        CAPTURE(section.section);
        CAPTURE(row.field);
        CHECK(
          cells_of(page, section.section, row.field).starts_with(cells_for(section.section, row)));
      }
    }
  }
}

} // namespace
} // namespace copal::planning::documents
