#pragma once

#include "actors/planning/plan/plan.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

/// Things that are made anew and still differ: the engine does not keep what is asked for.
namespace copal::planning {

/// Of the failure that stands for the pause before something is made anew once more.
inline constexpr std::string_view remake_action = "remake";

/// How often something was removed to be made anew, each time for the same.
struct remaking {
  app_id app;
  std::string reason;                 ///< Of the step.
  std::vector<field_difference> what; ///< What the engine showed, beside what was wanted.
  int tries = 0;                      ///< In a row, for exactly this.
  bool paused = false;                ///< The next one comes after a pause.

  bool operator==(const remaking&) const = default;
};

/// Whether something is removed to be made anew.
enum class remake {
  now,
  later, ///< After a pause.
  never, ///< It would be as it is.
};

/// The step ends something that exists, or begins to: a hand-over is one way to make anew.
bool is_loss(const step& one);

/// As what its tries are counted: those for a difference by what it is about, since each may be
/// told in other words; all others by what is told, too.
std::string remaking_key(const step& one, const std::vector<field_difference>& what);

/// A step is to be taken that is a loss, because of these differences; none: because of something
/// else. Notes it. A container is made anew twice for exactly the same, a network or volume, whose
/// users are down meanwhile, once. What comes back for other reasons waits, each time for longer; a
/// volume, whose data would go each time, for good.
remake may_make_anew(remaking& so_far, const step& one, const std::vector<field_difference>& what);

/// The subjects of the services whose container has been started and is as asked for: whatever was
/// done to that end was not in vain.
std::set<std::string> services_as_asked(const situation& s);

/// The differences behind each step of a plan that is a loss and is taken because of some, by
/// subject.
std::map<std::string, std::vector<field_difference>> differences_behind(
  const situation& s, const plan& made);

} // namespace copal::planning
