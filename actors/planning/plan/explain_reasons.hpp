#pragma once

#include "actors/planning/plan/explain.hpp"

#include <string>
#include <vector>

/// Parts of `explain`; nobody else includes this. Pure.
namespace copal::planning {

/// What keeps everything from being planned; empty when nothing does.
std::vector<explanation> standstills(const progress& now);

/// Fills in what is under way, and what waits.
class finder {
public:
  explicit finder(const progress& now) : now_(now) {}

  bool step_on(explanation& x, const std::string& subject) const;

  /// The first wait on this subject whose kind passes the test.
  template <class Test>
  bool wait_on(explanation& x, const std::string& subject, Test counts) const {
    for (const auto& w : now_.waits) {
      if (w.subject != subject || !counts(w.why))
        continue;
      take(x, w);
      return true;
    }
    return false;
  }

  void take(explanation& x, const step& s) const;
  void take(explanation& x, const wait_reason& w) const;

private:
  void add_locks(explanation& x) const;
  void add_tries(explanation& x) const;
  void add_image(explanation& x) const;

  const progress& now_;
};

} // namespace copal::planning
