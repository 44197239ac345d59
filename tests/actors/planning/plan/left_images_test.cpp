#include "tests/actors/planning/situations.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

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

const std::string digest = "@sha256:00112233445566778899aabbccddeeff";

/// The names by which the engine has the image of `web` in release 1.
auto goes_by(std::set<std::string> tags, std::set<std::string> digests) {
  return [tags = std::move(tags), digests = std::move(digests)](situation& s) {
    for (auto& image : s.images.engine) {
      if (image.id == s.images.rows.front().engine_id)
        image = {image.id, tags, digests};
    }
  };
}

/// One row more of the image of the first.
auto also(const std::string& name, const std::string& service, const std::string& commit) {
  return [=](situation& s) {
    auto row = s.images.rows.front();
    row.name = name;
    row.used_by = {service};
    row.release = {std::stoll(commit.substr(1))};
    row.commit = {commit};
    s.images.rows.push_back(row);
    std::sort(s.images.rows.begin(), s.images.rows.end());
  };
}

/// The rows of that name have gone.
auto without(const std::string& name) {
  return [name](situation& s) {
    std::erase_if(s.images.rows, [&name](const image_row& row) { return row.name == name; });
  };
}

/// The names of the rows that are to go.
std::string removed(const situation& s) {
  std::string out;
  for (const auto& one : make_plan(s).steps) {
    if (const auto* going = std::get_if<remove_image>(&one.action))
      out += (out.empty() ? "" : " ") + going->row.name;
  }
  return out;
}

/// Release 1 runs `web` from the first name; release 2 wants it from the second, with another
/// variable, and has its row. Its old container is gone, as after the kill.
device renamed(const std::string& first, const std::string& second) {
  return device{}
    .running({situations::service{"web"}.from(first)})
    .but(also(second, "web", "c2"))
    .wants({situations::service{"web"}.from(second).env("A", "2")}, "c2")
    .looked()
    .gone("web");
}

TEST_SUITE("planning: images") {
  TEST_CASE("spec 12.59: a row stays whose name keeps the image that another row has") {
    const auto a = "r.io/a" + digest;
    const auto b = "r.io/b" + digest;
    // Of the target the engine knows only the first name: its removal would take the image.
    const auto other = renamed(a, b).but(goes_by({}, {a}));
    CHECK(removed(other) == "");
    situations::check({{"it does not even show", other, {"start web (it has no container)"}}});
    // The tag takes the digest of its repository along.
    const auto pinned = "r.io/a" + digest;
    CHECK(removed(renamed("r.io/a:1", pinned).but(goes_by({"r.io/a:1"}, {pinned}))) == "");
    CHECK(removed(renamed("r.io/a:1", b).but(goes_by({"r.io/a:1"}, {pinned}))) == "");
    // Where the image keeps a name of the target's, the other one goes.
    CHECK(removed(renamed(a, b).but(goes_by({}, {a, b}))) == a);
    CHECK(removed(renamed("r.io/a:1", "r.io/a:2").but(goes_by({"r.io/a:1", "r.io/a:2"}, {})))
          == "r.io/a:1");
    CHECK(removed(renamed(pinned, "r.io/a:1").but(goes_by({"r.io/a:1"}, {pinned}))) == pinned);
    // The tag has moved on; what came with it may be all that the image has.
    CHECK(removed(renamed("r.io/a:1", b).but(goes_by({}, {pinned}))) == "");
    CHECK(removed(renamed("r.io/a:1", pinned).but(goes_by({}, {pinned}))) == "r.io/a:1");
    // A name that the image does not have keeps nothing.
    CHECK(removed(renamed("r.io/a:1", b).but(goes_by({}, {b}))) == "r.io/a:1");
    // Nor does one that was there before us, and is not removed anyway.
    CHECK(removed(renamed(a, b).but(goes_by({}, {a})).but([](situation& s) {
      for (auto& row : s.images.rows)
        row.ours = false;
    })) == a);
  }

  TEST_CASE("images: a name that keeps an image is kept once, and goes with the last of its rows") {
    const auto a = "r.io/a" + digest;
    const auto b = "r.io/b" + digest;
    const auto other = renamed(a, b).but(goes_by({}, {a}));
    // Two releases had it under the first name.
    CHECK(removed(device{other}.but(also(a, "web", "c0"))) == a);
    // Another service wants the image, and its row is still to be written.
    CHECK(removed(device{}
                    .running({situations::service{"web"}.from(a)})
                    .wants({situations::service{"api"}.from(b)}, "c2")
                    .gone("web")
                    .but(goes_by({}, {a})))
          == "");
    // The row of another service may be the one that keeps it.
    CHECK(removed(device{}
                    .running({situations::service{"web"}.from(a)})
                    .but(also(b, "old", "c0"))
                    .but(goes_by({}, {b})))
          == "");
    // Nobody wants it any more: all goes, and last the name that keeps it.
    auto over = device{other}.does_not_want_the_app();
    CHECK(removed(over) == b);
    CHECK(removed(device{over}.but(without(b))) == a);
    CHECK(removed(device{over}.but(also(b, "db", "c2"))) == b); // one of two rows at a time
    // What the Node supervisor fetched by digest goes with the tag that it gave it.
    const auto v19 = device{}
                       .running({situations::service{"web"}.from(a)})
                       .but(also("r.io/a:latest", "", "c0"))
                       .but(goes_by({"r.io/a:latest"}, {a}));
    CHECK(removed(v19) == "");
    const auto left = device{v19}.does_not_want_the_app().gone("web");
    CHECK(removed(left) == a);
    CHECK(removed(device{left}.but(without(a))) == "r.io/a:latest");
  }

  TEST_CASE("images: of the supervisor's image no name goes that the Node supervisor gave it") {
    const auto a = "r.io/a" + digest;
    auto given = device{}
                   .running({situations::service{"web"}.from(a)})
                   .but(also("r.io/a:latest", "", "c0"))
                   .but(goes_by({"r.io/a:latest", "r.io/a:v19"}, {a}));
    CHECK(removed(given) == "r.io/a:latest");
    CHECK(removed(device{given}.does_not_want_the_app().gone("web").but([](situation& s) {
      for (auto& row : s.images.rows) {
        row.uuid = {"52e35121417640b1b28a680504e4039b"};
        if (!row.used_by.empty())
          row.used_by = {"main"};
      }
    })) == "");
  }

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
