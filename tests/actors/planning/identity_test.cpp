#include "actors/planning/identity.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

const label_map web_labels{
  {"io.balena.supervised", "true"},
  {"io.balena.app-id", "7"},
  {"io.balena.app-uuid", "a7"},
  {"io.balena.service-id", "71"},
  {"io.balena.service-name", "web"},
};

label_map without(label_map labels, const std::string& key) {
  labels.erase(key);
  return labels;
}

label_map with(label_map labels, const std::string& key, const std::string& text) {
  labels[key] = text;
  return labels;
}

std::string shown(const std::optional<container_identity>& who) {
  if (!who)
    return "nobody";
  return "app " + to_string(who->app) + ' ' + who->uuid.value + ", service "
         + to_string(who->service) + ' ' + who->name.value + ", image " + to_string(who->image)
         + ", release " + to_string(who->release) + ' ' + who->commit.value;
}

TEST_SUITE("planning") {
  TEST_CASE("names: containers, networks and volumes are named after whom they belong to") {
    const container_identity who{{7}, {"a7"}, {71}, {"web"}, {72}, {70}, {"c0ffee"}};
    CHECK(container_name(who) == "web_72_70_c0ffee");
    CHECK(network_name({"a7"}, "default") == "a7_default");
    CHECK(volume_name({7}, "data") == "7_data");
  }

  TEST_CASE("labels: resin becomes balena, and what is modern already wins") {
    const struct {
      std::string name;
      label_map given, expected;
    } rows[] = {
      {"legacy", {{"io.resin.supervised", "true"}}, {{"io.balena.supervised", "true"}}},
      {"every resin in the key",
        {{"io.resin.features.resin-api", "1"}},
        {{"io.balena.features.balena-api", "1"}}},
      {"the modern one wins",
        {{"io.resin.a", "old"}, {"io.balena.a", "new"}},
        {{"io.balena.a", "new"}}},
      {"other keys stay",
        {{"com.resin.a", "1"}, {"io.resin", "2"}, {"xio.resin.a", "3"}},
        {{"com.resin.a", "1"}, {"io.resin", "2"}, {"xio.resin.a", "3"}}},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK((modern_labels(row.given) == row.expected));
    }
  }

  TEST_CASE("identify: a supervised container says who it is, or is left alone") {
    const label_map legacy{
      {"io.resin.supervised", "1"},
      {"io.resin.app-id", "7"},
      {"io.resin.service-id", "71"},
      {"io.resin.service-name", "web"},
    };
    const struct {
      std::string name;
      std::string container;
      label_map labels;
      std::string expected;
    } rows[] = {
      {"ours",
        "web_72_70_c0ffee",
        web_labels,
        "app 7 a7, service 71 web, image 72, release 70 c0ffee"},
      {"of an old supervisor: no uuid, no commit",
        "web_72_70",
        legacy,
        "app 7 , service 71 web, image 72, release 70 "},
      {"the old one of a hand-over",
        "old_web_72_70_c0ffee",
        web_labels,
        "app 7 a7, service 71 web, image 72, release 70 c0ffee"},
      {"a commit of digits",
        "web_72_70_123",
        web_labels,
        "app 7 a7, service 71 web, image 72, release 70 123"},
      {"a service name with digits",
        "web_1_2_72_70_c0ffee",
        with(web_labels, "io.balena.service-name", "web_1_2"),
        "app 7 a7, service 71 web_1_2, image 72, release 70 c0ffee"},
      {"no service-name label: the name tells",
        "web_1_72_70_c0ffee",
        without(web_labels, "io.balena.service-name"),
        "app 7 a7, service 71 web_1, image 72, release 70 c0ffee"},
      {"not supervised", "web_72_70_c0ffee", without(web_labels, "io.balena.supervised"), "nobody"},
      {"no app id", "web_72_70_c0ffee", without(web_labels, "io.balena.app-id"), "nobody"},
      {"no service id", "web_72_70_c0ffee", without(web_labels, "io.balena.service-id"), "nobody"},
      {"service id no number",
        "web_72_70_c0ffee",
        with(web_labels, "io.balena.service-id", "NaN"),
        "nobody"},
      {"another name", "nginx", web_labels, "nobody"},
      {"a name that is somebody else's", "db_72_70_c0ffee", web_labels, "nobody"},
      {"no release", "web_72", web_labels, "nobody"},
      {"a number beyond all numbers", "web_72_99999999999999999999_c", web_labels, "nobody"},
      {"no name at all", "", web_labels, "nobody"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(shown(identify(row.container, row.labels)) == row.expected);
    }
  }

  TEST_CASE("identify: what container_name made is read back") {
    const container_identity rows[] = {
      {{7}, {"a7"}, {71}, {"web"}, {72}, {70}, {"c0ffee"}},
      {{7}, {"a7"}, {71}, {"web_1"}, {72}, {70}, {"0123_4"}},
      {{7}, {"a7"}, {71}, {"old_web"}, {72}, {70}, {"5"}},
      {{7}, {"a7"}, {71}, {"old"}, {72}, {70}, {"c0ffee"}},
      {{7}, {"a7"}, {71}, {"old_old"}, {72}, {70}, {"c0ffee"}},
      {{7}, {}, {71}, {"web"}, {72}, {70}, {}},
    };
    for (const auto& who : rows) {
      auto labels = with(web_labels, "io.balena.service-name", who.name.value);
      if (who.uuid.empty())
        labels.erase("io.balena.app-uuid");
      CAPTURE(container_name(who));
      CHECK((identify(container_name(who), labels) == who));
      CHECK((identify(retired_name(container_name(who)), labels) == who));
      container c;
      c.name = container_name(who);
      CHECK_FALSE(is_retired({who, c}));
      c.name = retired_name(c.name);
      CHECK(is_retired({who, c}));
    }
  }

  TEST_CASE("networks: ours by label, or by the name an old supervisor gave") {
    const app_key app{{7}, {"a7"}};
    const label_map supervised{{"io.balena.supervised", "true"}};
    const struct {
      std::string name;
      std::string network;
      label_map labels;
      bool ours;
    } rows[] = {
      {"by label", "a7_default", with(supervised, "io.balena.app-id", "7"), true},
      {"by uuid in the name", "a7_default", supervised, true},
      {"by app id in the name", "7_default", supervised, true},
      {"another app's", "b8_default", with(supervised, "io.balena.app-id", "8"), false},
      {"another app whose id begins alike", "71_default", supervised, false},
      {"a stranger's", "7_default", {}, false},
      {"a stranger's with an app-id label", "x", {{"io.balena.app-id", "7"}}, false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      engine_network network;
      network.name = row.network;
      network.config.labels = row.labels;
      CHECK(belongs_to(network, app) == row.ours);
    }
  }

  TEST_CASE("volumes: ours by label, or adopted by the app id in the name") {
    const app_key app{{7}, {"a7"}};
    const label_map supervised{{"io.balena.supervised", "true"}};
    const struct {
      std::string name;
      std::string volume;
      label_map labels;
      bool ours;
    } rows[] = {
      {"by label", "7_data", with(supervised, "io.balena.app-uuid", "a7"), true},
      {"labelled for another app", "7_data", with(supervised, "io.balena.app-uuid", "b8"), false},
      {"of an old supervisor", "7_data", {}, true},
      {"supervised without a uuid", "7_data", supervised, true},
      {"another app's by name", "71_data", {}, false},
      {"a stranger's", "user_created_volume", {}, false},
      {"a stranger's with a digit", "web2_db", {}, false},
      {"a stranger's of digits", "7", {}, false},
      {"digits and nothing behind", "7_", {}, false},
      {"extra-firmware", "extra-firmware", {}, false},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(belongs_to(engine_volume{row.volume, {"local", {}, row.labels}}, app) == row.ours);
    }
  }
}

} // namespace
} // namespace copal::planning
