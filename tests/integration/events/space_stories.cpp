// A disk that is too small for the next release.

#include "tests/integration/support/device.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

using namespace copal::test;
using namespace std::chrono_literals;

namespace {

/// An engine whose images have little room, for the stories of this file.
real_engine& small_engine() {
  static const auto engine = [] {
    ::setenv("COPAL_ENGINE_DISK", "224M", 1);
    auto made = real_engine::start();
    ::unsetenv("COPAL_ENGINE_DISK");
    return made ? std::move(*made) : nullptr;
  }();
  REQUIRE_MESSAGE(engine, "no engine on a small disk");
  return *engine;
}

/// Takes room from the engine, until its end.
class ballast {
public:
  ballast(const real_engine& engine, std::uintmax_t left)
    : file_(std::filesystem::path{engine.folder()} / "data" / "ballast") {
    const auto free = std::filesystem::space(file_.parent_path()).available;
    const std::string piece(1024UL * 1024, 'x');
    std::ofstream out{file_, std::ios::binary};
    for (auto more = free > left ? free - left : 0; more > 0;) {
      const auto n = std::min<std::uintmax_t>(more, piece.size());
      out.write(piece.data(), static_cast<std::streamsize>(n));
      more -= n;
    }
  }
  ~ballast() { drop(); }
  ballast(const ballast&) = delete;
  ballast& operator=(const ballast&) = delete;
  void drop() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
  }

private:
  std::filesystem::path file_;
};

constexpr std::uintmax_t megabyte = 1024UL * 1024;

std::ptrdiff_t image_rows(device& d) {
  const auto rows = d.rows();
  return std::count_if(
    rows.begin(), rows.end(), [](const auto& row) { return row.starts_with("image "); });
}

std::size_t images_there(device& d) {
  return d.hand().get("/images/json?all=1").body.size();
}

} // namespace

TEST_SUITE("stories") {
  TEST_CASE("story: a disk that fills up during a fetch stops the fetch, and nothing else") {
    device d{small_engine()};
    d.options = {"--no-space-check"};
    wanted_app app;
    app.services = {{"web"}};
    REQUIRE(d.install(app));
    const auto before = d.ids();
    const auto images = images_there(d);
    ballast full{d.engine(), 20 * megabyte};

    app.release = 71;
    app.commit = "c71";
    app["web"].image = "test/large:1";
    d.want(app);
    REQUIRE(d.running().wait_for("no space left on device", d.mark(), 120s));
    CHECK(d.runs("web"));
    CHECK(d.ids() == before);
    CHECK(images_there(d) == images);

    // Back to what runs: of the fetch that failed nothing is left.
    wanted_app old;
    old.services = {{"web"}};
    REQUIRE(d.change(old));
    CHECK(d.ids() == before);
    REQUIRE(d.stop() == 0);
    CHECK(image_rows(d) == 1);
    d.start();
    REQUIRE(d.reached());

    d.want(app);
    REQUIRE(d.running().wait_for("no space left on device", d.mark(), 120s));
    full.drop();
    REQUIRE(d.reached());
    CHECK(d.runs("web"));
    CHECK(d.ids() != before);
    CHECK(images_there(d) == images);
    REQUIRE(d.stop() == 0);
    CHECK(image_rows(d) == 1);
  }

  TEST_CASE("story: a fetch that does not fit is not begun, and says what it lacks") {
    device d{small_engine()};
    d.in_its_network = true;
    d.options = {"--keep-free=8"};
    wanted_app app;
    app.services = {{"web"}};
    REQUIRE(d.install(app));
    CHECK_FALSE(d.running().has_said("is not known"));
    const auto before = d.ids();
    ballast full{d.engine(), 40 * megabyte};

    app.release = 71;
    app.commit = "c71";
    app["web"].image = "test/large:1";
    d.forget_calls();
    d.want(app);
    REQUIRE(d.running().wait_for("no room for 127.0.0.1:5000/test/large:1", d.mark(), 60s));
    CHECK(d.running().has_said("8.3 MB are kept free"));
    CHECK(d.changes().find("pull") == std::string::npos);
    const auto why = d.explain({}, 3);
    CAPTURE(why);
    CHECK(why.find("waits for: space: ") != std::string::npos);
    CHECK(why.find("no room for 127.0.0.1:5000/test/large:1") != std::string::npos);
    CHECK(d.runs("web"));
    CHECK(d.ids() == before);

    full.drop();
    REQUIRE(d.reached());
    CHECK(d.runs("web"));
    CHECK(d.ids() != before);
  }
}
