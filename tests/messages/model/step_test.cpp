#include "messages/model/step.hpp"

#include <string>

#include <doctest/doctest.h>

namespace copal {
namespace {

image_row row() {
  image_row out;
  out.name = "web:1";
  out.used_by = {"web"};
  return out;
}

install_service install(bool create_only) {
  install_service out;
  out.who.name = {"web"};
  out.create_only = create_only;
  return out;
}

TEST_SUITE("model") {
  TEST_CASE("steps: each prints as the specification names it, and knows what it touches") {
    const std::string ids(64, 'f'); // never printed
    const struct {
      step_action action;
      std::string text, subject;
    } rows[] = {
      {fetch_image{row()}, "fetch web:1", "image:web:1"},
      {save_image{row()}, "saveImage web:1", "image:web:1"},
      {remove_image{row()}, "removeImage web:1 of web", "image:web:1"},
      {install(false), "start web", "service:7/web"},
      {install(true), "install web", "service:7/web"},
      {start_container{{ids}, {"web"}}, "start web", "service:7/web"},
      {stop_container{{ids}, {"web"}, std::chrono::seconds{1}}, "stop web", "service:7/web"},
      {kill_container{{ids}, {"web"}, std::chrono::seconds{1}}, "kill web", "service:7/web"},
      {remove_container{{ids}, {"web"}}, "remove web", "container:" + ids},
      {rename_container{{ids}, {"web"}, "web_1_2_c"}, "updateMetadata web", "service:7/web"},
      {retire_container{{ids}, {"web"}, "old_web_1_2_c"}, "handover web", "service:7/web"},
      {await_handover{{"o"}, {ids}, {"web"}, {}},
        "awaitHandover web",
        "handover:" + std::string{ids}},
      {create_network{"a7_n", {}}, "createNetwork a7_n", "network:a7_n"},
      {remove_network{{ids}, "a7_n"}, "removeNetwork a7_n", "network:a7_n"},
      {create_volume{"7_v", {}}, "createVolume 7_v", "volume:7_v"},
      {remove_volume{"7_v"}, "removeVolume 7_v", "volume:7_v"},
      {take_locks{{{"web"}}}, "takeLock", "locks:7"},
      {release_locks{}, "releaseLock", "locks:7"},
      {note_reboot{{"web"}, {"c1"}}, "requireReboot web", "reboot"},
      {reboot_device{}, "reboot", "reboot"},
      {record_commit{{"c0ffee"}}, "updateCommit c0ffee", "commit:7"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.text);
      const step plain{{7}, row.action, ""};
      CHECK(to_string(plain) == row.text);
      CHECK(to_string(step{{7}, row.action, "why"}) == row.text + " (why)");
      CHECK(subject_of(plain) == row.subject);
      CHECK(row.text.rfind(name_of(row.action), 0) == 0);
    }
  }
}

} // namespace
} // namespace copal
