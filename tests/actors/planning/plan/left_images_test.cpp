#include "tests/actors/planning/situations.hpp"

#include <string>

#include <doctest/doctest.h>

// Images without a name, and those of others. Source: spec/state-engine.md §6.4.

namespace copal::planning {
namespace {

using situations::device;

const std::string removal = "(no release and no container needs it)";

/// The engine has an image that no name is on any more; `row`: it stood in a row of ours.
auto dangling(bool row) {
  return [row](situation& s) {
    const engine_image_id id{"sha256:dangling"};
    s.images.engine.push_back({id, {}, {}});
    if (!row)
      return;
    auto one = s.images.rows.front();
    one.name = id.value;
    one.release = {0};
    one.commit = {"c0"};
    one.engine_id = id;
    one.ours = true;
    s.images.rows.insert(s.images.rows.begin(), one);
  };
}

TEST_SUITE("planning: images") {
  TEST_CASE("spec 12.44: a dangling image goes if it stood in a row of ours, and only then") {
    const auto running = device{}.running({"web"});
    situations::check({
      {"it stood in our rows",
        device{running}.but(dangling(true)),
        {"removeImage sha256:dangling of web " + removal}},
      {"a stranger's stays", device{running}.but(dangling(false)), {}},
      {"while a container runs from it, it stays",
        device{running}
          .but(dangling(true))
          .but([](situation& s) {
            situations::container_of(s, "web").config.image = "sha256:dangling";
          })
          .locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"while its service waits for a new image, it stays",
        device{running}
          .but(dangling(true))
          .wants({situations::service{"web"}.from("web:2")})
          .fetching("web:2"),
        {"wait, fetching: fetching web:2, 40 %",
          "wait, fetching: web: replaced when all images of its release are there"}},
    });
  }

  TEST_CASE("images: rows of the supervisor's own app, which the Node supervisor left, stay") {
    situations::check({
      {"nothing runs from it",
        device{}.running({"web"}).old_row("supervisor:1", "main").but([](situation& s) {
          for (auto& row : s.images.rows) {
            if (row.used_by.value == "main") {
              row.app = {6};
              row.uuid = {"52e35121417640b1b28a680504e4039b"};
            }
          }
        }),
        {}},
    });
  }
}

} // namespace
} // namespace copal::planning
