#include "tests/sim/checks.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace copal::test {

namespace {

constexpr std::chrono::minutes settle_limit{120};

/// Why a device that does not settle does not.
std::string explain(const progress& now) {
  std::string out = now.problem;
  for (const auto& s : now.running)
    out += "\n  running: " + to_string(s);
  for (const auto& w : now.waits)
    out += "\n  waits (" + std::string{to_string(w.why)} + "): " + w.text;
  return out;
}

} // namespace

std::string join(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines)
    out += "\n  " + line;
  return out;
}

void check_at_target(simulated_device& device) {
  const auto settled = device.run_until_settled(settle_limit);
  const auto now = device.where();
  CHECK_MESSAGE(settled, "not settled:", explain(now));
  REQUIRE(device.possible.size() == 1);
  CHECK_MESSAGE(now.target == device.possible.front().target, "another target is in force");
  const auto wrong = device.faults_against(device.possible.front().target);
  CHECK_MESSAGE(wrong.empty(), "not at target:", join(wrong));
  CHECK_MESSAGE(device.violations.empty(), "violated:", join(device.violations));
}

void check_quiet(simulated_device& device) {
  device.system.run_for(std::chrono::minutes{1}); // The last health checks are told.
  std::uint64_t before = 0;
  for (const auto& [name, n] : device.world->calls)
    before += n;
  const auto written = device.disk->writes;
  // The reply to their fetch was lost, and their app's release is rejected by now: nobody asks for
  // them, so their ids are learnt from a later list.
  const auto& rows = device.disk->rows;
  const auto unheard = static_cast<std::uint64_t>(std::count_if(
    rows.begin(), rows.end(), [](const image_row& r) { return r.engine_id.empty(); }));
  device.system.run_for(std::chrono::minutes{60});
  CHECK_MESSAGE(device.disk->writes <= written + unheard, "the disk was written to at rest");
  std::uint64_t after = 0;
  for (const auto& [name, n] : device.world->calls)
    after += n;
  // Four relists of four lists each.
  CHECK_MESSAGE(after - before <= 20, "engine calls in an hour of rest: ", after - before);
}

} // namespace copal::test
