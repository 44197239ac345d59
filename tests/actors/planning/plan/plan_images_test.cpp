#include "tests/actors/planning/situations.hpp"

#include <doctest/doctest.h>

// Which images come, are recorded, and go. Source: spec/state-engine.md §6.

namespace copal::planning::situations {
namespace {

const std::string fetch_web = "fetch web:1 (the engine does not have it)";
const std::string save_web = "saveImage web:1 (the engine has it already)";
const std::string web_waits =
  "wait, dependency: web: started when all images of its release are there";
const std::string db_waits =
  "wait, dependency: db: started when all images of its release are there";
const std::string removal = "(no release and no container needs it)";

/// The network is there, the service is not.
device wanting(const std::vector<service>& services) {
  return device{}.wants(services).but(
    [](auto& s) { s.engine.networks = {network_of(7, "default")}; });
}

TEST_SUITE("planning: images") {
  TEST_CASE("images: a missing image is fetched") {
    check({
      {"no image", wanting({"web"}), {fetch_web, web_waits}},
      {"a row whose image the engine lost",
        wanting({"web"}).fetched_all().but([](auto& s) { s.images.engine.clear(); }),
        {fetch_web, web_waits}},
      {"a lock does not forbid it", wanting({"web"}).locked("web"), {fetch_web, web_waits}},
      {"a name that is none",
        wanting({service{"web"}.from("web:")}),
        {"fetch web: (the engine does not have it)", web_waits}},
      {"two images at once",
        wanting({"web", "db"}),
        {"fetch db:1 (the engine does not have it)", fetch_web, db_waits, web_waits}},
      {"a failed fetch whose pause is over",
        wanting({"web"}).fetch_failed("web:1", false),
        {fetch_web, web_waits}},
      {"a failed fetch",
        wanting({"web"}).fetch_failed("web:1"),
        {"wait, back-off: fetch web:1 failed 2 times: no route", web_waits}},
      {"a fetch that could not be asked for",
        wanting({"web"}).failed("image:web:1"),
        {"wait, back-off: " + fetch_web + ": no answer", web_waits}},
      {"another image's failure", wanting({"web"}).fetch_failed("db:1"), {fetch_web, web_waits}},
    });
  }

  TEST_CASE("spec 12.37: an image that is on its way is not fetched again") {
    check({
      {"it comes",
        wanting({"web"}).fetching("web:1", 12),
        {"wait, fetching: fetching web:1, 12 %", web_waits}},
      {"it comes again after a failure",
        wanting({"web"}).fetching("web:1", 0).fetch_failed("web:1"),
        {"wait, fetching: fetching web:1, 0 %", web_waits}},
      {"another comes", wanting({"web"}).fetching("db:1"), {fetch_web, web_waits}},
      {"it was just asked for",
        wanting({"web"}).busy("image:web:1"),
        {"wait, in progress: " + fetch_web, web_waits}},
    });
  }

  TEST_CASE("spec 12.45: an image that the engine has is recorded, not fetched") {
    check({
      {"by its tag", wanting({"web"}).in_engine("web:1"), {save_web, web_waits}},
      {"by the fetch itself, while that goes on",
        wanting({"web"}).in_engine("web:1").fetching("web:1", 99),
        {"wait, fetching: fetching web:1, 99 %", web_waits}},
      {"while another is fetched",
        wanting({"web"}).in_engine("web:1").fetching("db:1"),
        {save_web, web_waits}},
      {"although a fetch of it failed",
        wanting({"web"}).in_engine("web:1").fetch_failed("web:1"),
        {save_web, web_waits}},
      {"its row points to another image",
        wanting({"web"}).fetched_all().but(
          [](auto& s) { s.images.rows.front().engine_id = {"sha256:x"}; }),
        {save_web, web_waits}},
      {"its row points nowhere",
        wanting({"web"}).fetched_all().but([](auto& s) { s.images.rows.front().engine_id = {}; }),
        {save_web, web_waits}},
      {"what it brings is not known",
        wanting({"web"}).fetched_all().but([](auto& s) { s.images.facts.clear(); }),
        {save_web, web_waits}},
      {"its row is of another release",
        device{}.running({"web"}).wants({"web"}, "c2"),
        {save_web, "wait, fetching: web: renamed when all images of its release are there"}},
    });
  }

  TEST_CASE(
    "spec 12.59: an image that is found by its digest, its tag or its reference is reused") {
    const std::string digest = "sha256:00112233445566778899aabbccddeeff";
    const std::string other = "sha256:ffeeddccbbaa99887766554433221100";
    const std::string name = "registry.io/x/y@" + digest;
    const auto by_digest = wanting({service{"web"}.from(name)});
    const auto shown_as = [](const std::string& text) {
      return [text](auto& s) { s.images.engine.front().digests = {text}; };
    };
    const auto nameless = [](auto& s) { s.images.engine.front().tags.clear(); };
    check({
      {"by its digest under another repository",
        device{by_digest}.in_engine("other:1").but(shown_as("other@" + digest)),
        {"saveImage " + name + " (the engine has it already)", web_waits}},
      {"by its digest, and it has no tag",
        device{by_digest}.in_engine("other:1").but(nameless).but(shown_as("other@" + digest)),
        {"saveImage " + name + " (the engine has it already)", web_waits}},
      {"not by another digest of its repository",
        device{by_digest}.in_engine("other:1").but(shown_as("registry.io/x/y@" + other)),
        {"fetch " + name + " (the engine does not have it)", web_waits}},
      {"by its tag", wanting({"web"}).in_engine("web:1"), {save_web, web_waits}},
      {"not by another tag", wanting({"web"}).in_engine("web:2"), {fetch_web, web_waits}},
      {"by its reference in another spelling",
        wanting({service{"web"}.from("web")}).in_engine("web:latest"),
        {"saveImage web (the engine has it already)", web_waits}},
      {"by what a row of the same name remembers",
        wanting({"web"}).old_row("web:1", "web").but(nameless),
        {save_web, web_waits}},
      {"by what a row of the same digest remembers",
        device{by_digest}.old_row("other@" + digest, "web").but(nameless),
        {"saveImage " + name + " (the engine has it already)", web_waits}},
      {"not by a row of another name",
        wanting({"web"}).old_row("web:0", "web"),
        {fetch_web, web_waits}},
    });
  }

  TEST_CASE("images: one image of two services") {
    const auto both = wanting({service{"db"}.from("web:1"), "web"});
    check({
      {"fetched once, for one of them",
        device{both},
        {fetch_web, "wait, in progress: " + fetch_web, db_waits, web_waits}},
      {"both wait for it",
        device{both}.fetching("web:1", 5),
        {"wait, fetching: fetching web:1, 5 %", db_waits, web_waits}},
      {"recorded for one after the other",
        device{both}.in_engine("web:1"),
        {save_web, "wait, in progress: " + save_web, db_waits, web_waits}},
      {"recorded for the other too",
        device{both}.fetched("web:1").but([](auto& s) {
          std::erase_if(s.images.rows, [](const auto& r) { return r.used_by.value == "db"; });
        }),
        {save_web, db_waits, web_waits}},
      {"then both start",
        device{both}.fetched("web:1").looked(),
        {"start db (it has no container)", "start web (it has no container)"}},
    });
  }

  TEST_CASE("images: which rows go") {
    const auto running = device{}.running({"web"});
    check({
      {"a row of the target stays", device{running}, {}},
      {"a row that nobody needs goes",
        device{running}.old_row("web:0", "web"),
        {"removeImage web:0 of web " + removal}},
      {"a row of an app that is gone goes",
        device{running}.app(8).old_row("old:1", "old"),
        {"removeImage old:1 of old " + removal}},
      {"a row without an image goes",
        device{running}.old_row("web:0", "web").but([](auto& s) {
          s.images.engine.erase(s.images.engine.begin());
          s.images.rows.front().engine_id = {};
        }),
        {"removeImage web:0 of web " + removal}},
      {"a row of a service that the target dropped stays while its container runs",
        device{}.running({"web", "old"}).wants({"web"}).locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"while its service's new image is to come, the old one stays",
        device{running}.gone("web").wants({service{"web"}.from("web:2")}, "c2"),
        {"fetch web:2 (the engine does not have it)", web_waits}},
      {"and while the new one is to be recorded",
        device{running}.gone("web").wants({service{"web"}.from("web:2")}, "c2").in_engine("web:2"),
        {"saveImage web:2 (the engine has it already)", web_waits}},
      {"a new container's image does not keep another service's old one",
        device{running}.old_row("db:0", "db").wants({service{"web"}.from("web:2")}, "c2"),
        {"fetch web:2 (the engine does not have it)",
          "removeImage db:0 of db " + removal,
          "wait, fetching: web: replaced when all images of its release are there"}},
    });
  }

  TEST_CASE("spec 12.60: of two rows that share an image only the one that nobody needs goes") {
    const auto share = [](auto& s) {
      for (auto& row : s.images.rows)
        row.engine_id = engine_id_of("web:1");
      std::erase_if(s.images.engine, [](const auto& e) { return e.id != engine_id_of("web:1"); });
      s.images.engine.front().tags = {"web:0", "web:1"};
    };
    const auto running = device{}.running({"web"});
    check({
      {"under the same name, of another release",
        device{running}.old_row("web:1", "web", "c0"),
        {"removeImage web:1 of web " + removal}},
      {"under two names: the other name's",
        device{running}.old_row("web:0", "web").but(share),
        {"removeImage web:0 of web " + removal}},
      {"of two services: the other's",
        device{running}.old_row("web:1", "gone"),
        {"removeImage web:1 of gone " + removal}},
      {"then the image is still there for the one that stays", device{running}, {}},
    });
  }

  TEST_CASE("images: a row of an old release that a container runs from") {
    const auto renaming = device{}.running({"web"}).wants({"web"}, "c2").fetched_all();
    check({
      {"it stays until the container bears the new release's name",
        device{renaming}.locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"it stays until the container is replaced",
        device{}
          .running({"web"})
          .wants({service{"web"}.from("web:2")}, "c2")
          .fetched_all()
          .locked("web"),
        {"wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
      {"a row of a third release goes",
        device{renaming}.locked("web").old_row("web:1", "web", "c0"),
        {"removeImage web:1 of web " + removal,
          "wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
    });
  }

  TEST_CASE("images: nothing is removed while something is being fetched") {
    check({
      {"of the same app",
        wanting({"web"}).fetching("web:1", 7).old_row("db:0", "db"),
        {"wait, fetching: fetching web:1, 7 %",
          web_waits,
          "wait, fetching: db:0 is removed when nothing is being fetched"}},
      {"of whomever",
        device{}.running({"web"}).old_row("db:0", "db").fetching("stray:1"),
        {"wait, fetching: db:0 is removed when nothing is being fetched"}},
      {"it is being removed",
        device{}.running({"web"}).old_row("db:0", "db").busy("image:db:0"),
        {"wait, in progress: removeImage db:0 of db " + removal}},
      {"its removal failed",
        device{}.running({"web"}).old_row("db:0", "db").failed("image:db:0"),
        {"wait, back-off: removeImage db:0 of db " + removal + ": no answer"}},
    });
  }

  TEST_CASE("images: a fetch without room waits, and holds no removal up") {
    const space_shortage held{"web:1", 46'000'000, 33'000'000, 2'000'000, true};
    const auto short_of = [held](bool waiting) {
      return [held, waiting](auto& s) {
        s.images.shortages = {held};
        s.images.shortages.front().waiting = waiting;
      };
    };
    const std::string no_room =
      "wait, space: no room for web:1: it needs about 46.0 MB, and of the 33.0 MB that are free, "
      "2.0 MB are kept free";
    check({
      {"it waits", wanting({"web"}).but(short_of(true)), {no_room, web_waits}},
      {"its pause is over", wanting({"web"}).but(short_of(false)), {fetch_web, web_waits}},
      {"what nobody needs goes meanwhile",
        wanting({"web"}).old_row("db:0", "db").but(short_of(true)),
        {"removeImage db:0 of db " + removal, no_room, web_waits}},
      {"an old image whose container is gone goes, too: it may be what takes the room",
        wanting({"web"}).old_row("web:0", "web").but(short_of(true)),
        {"removeImage web:0 of web " + removal, no_room, web_waits}},
    });
  }

  TEST_CASE("images: a fetch that no target wants any more is ended") {
    const auto on_its_way = [](auto& s) {
      s.images.engine.clear();
      s.images.rows.front().engine_id = {};
    };
    check({
      {"its row goes while it is on its way",
        device{}.old_row("web:0", "web").but(on_its_way).fetching("web:0"),
        {"removeImage web:0 of web (no release needs it any more; its fetch is ended)"}},
      {"a row of it that nobody needs, while another does",
        wanting({"web"}).old_row("web:1", "db").but(on_its_way).fetching("web:1"),
        {"wait, fetching: fetching web:1, 40 %",
          web_waits,
          "wait, fetching: web:1 is removed when nothing is being fetched"}},
    });
  }

  TEST_CASE("spec 12.44: images that nobody needs go also while a lock is held") {
    check({
      {"a lock holds the update up, not the clean-up",
        device{}
          .running({"web"})
          .wants({service{"web"}.env("A", "2")})
          .fetched_all()
          .locked("web")
          .old_row("db:0", "db"),
        {"removeImage db:0 of db " + removal,
          "wait, lock: web holds the update lock /locks/web/updates.lock (of user 0)"}},
    });
  }

  TEST_CASE("images: the row of a step names app, service and release") {
    const auto p = make_plan(wanting({"web"}));
    const auto& row = std::get<fetch_image>(p.steps.at(0).action).row;
    CHECK((row == image_row{"web:1", {7}, {"a7"}, {1}, {"web"}, {70}, {1}, {"c1"}, {}, false}));
    const auto saving = make_plan(wanting({"web"}).in_engine("web:1"));
    CHECK(std::get<save_image>(saving.steps.at(0).action).row.engine_id.value == "sha256:web:1");
  }
}

} // namespace
} // namespace copal::planning::situations
