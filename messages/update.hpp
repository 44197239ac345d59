#pragma once

#include "messages/model/container.hpp"
#include "messages/model/hold.hpp"
#include "messages/model/images_view.hpp"
#include "messages/model/lock.hpp"
#include "messages/model/step.hpp"
#include "messages/model/target.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace copal {

// Bringing the device to a target.

/// A target from outside. It is checked, kept, and then gone for; a running update turns to it.
struct set_target {
  target_document doc;
  /// Users' update locks are ignored, for each app until it has nothing left to do for this target.
  bool force = false;
};
struct target_accepted {
  bool changed = false; ///< It asks for something else than the target before.
};

/// Somebody knows that there is a newer target: its source looks for it now.
struct look_for_target {
  bool force = false; ///< What is found is to be set with force.
};

/// Looks again now: back-offs are cut short, and users' locks are looked at anew.
struct apply_now {
  bool force = false;
  bool cancel = false; ///< Requests that have not begun are void.
};
struct applying {};

/// A step for `containers` or `images` to do.
struct do_step {
  step what;
};
/// `containers` did it: what the engine shows now.
struct step_done {
  engine_view now;
};
/// `images` did it, or has begun a fetch: what is known now.
struct image_step_done {
  images_view now;
};

/// `containers` to `images`: the engine's images changed, or the engine is back.
struct look_at_images {};

struct get_engine_view {};
struct get_images_view {};

/// Asks the conductor where it stands.
struct get_progress {};

/// What happened to a step that failed, and when it is tried again.
struct step_failure {
  std::string subject; ///< As `subject_of`.
  std::string action;  ///< That failed, as `name_of`: only its success ends the row.
  int count = 0;       ///< In a row.
  error last;
  std::chrono::milliseconds pause{0};
  bool waiting = false;          ///< The pause is not over.
  std::vector<attempt> attempts; ///< The last ones, at most `most_attempts`; newest last.
  /// The container that could not be started. Its pause does not hold back what replaces it; empty:
  /// the pause is one of the whole subject.
  container_id about;

  bool operator==(const step_failure&) const = default;
};

/// Where the conductor stands: enough to tell why the device is not at its target.
struct progress {
  bool has_target = false;
  std::string problem;               ///< Why there is no target, or why it is not the stored one.
  std::vector<std::string> warnings; ///< What of the target's document is not followed.
  /// What the conductor has not read from the store yet, for people: nothing is planned before.
  std::vector<std::string> unread;
  std::optional<silence> store_silent; ///< Why the store has not told it; nothing: no try failed.
  bool settled = false;                ///< Nothing to do and nothing to wait for.
  /// How often this conductor got to a target: a watcher is not told each state in between.
  std::uint64_t arrivals = 0;
  device_target target;
  std::vector<step> running;
  std::vector<wait_reason> waits;
  std::vector<step_failure> failures;
  std::map<app_id, commit_id> commits; ///< Last fully run release of each app.
  engine_view engine;
  images_view images;
  std::vector<lock_facts> locks;   ///< Update locks that are ours, or in the way.
  std::vector<service_hold> holds; ///< Stops and starts that were asked for and hold.
};

/// The conductor to the journal: a step begins, or has ended.
struct step_note {
  enum class kind : std::uint8_t { began, done, failed };

  kind what = kind::began;
  std::string action;                 ///< As `name_of`.
  std::string subject;                ///< As `subject_of`.
  std::string text;                   ///< The step, for people.
  error why;                          ///< Of a failure.
  std::chrono::milliseconds pause{0}; ///< After a failure, until the next try.

  bool operator==(const step_note&) const = default;
};
std::string to_string(step_note::kind k);

template <class I>
typename I::result_type inspect(I& f, set_target& x) {
  return f(x.doc, x.force);
}

template <class I>
typename I::result_type inspect(I& f, target_accepted& x) {
  return f(x.changed);
}

template <class I>
typename I::result_type inspect(I& f, apply_now& x) {
  return f(x.force, x.cancel);
}

template <class I>
typename I::result_type inspect(I& f, applying&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, look_for_target& x) {
  return f(x.force);
}

template <class I>
typename I::result_type inspect(I& f, do_step& x) {
  return f(x.what);
}

template <class I>
typename I::result_type inspect(I& f, step_done& x) {
  return f(x.now);
}

template <class I>
typename I::result_type inspect(I& f, image_step_done& x) {
  return f(x.now);
}

template <class I>
typename I::result_type inspect(I& f, look_at_images&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, get_engine_view&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, get_images_view&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, get_progress&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, step_failure& x) {
  return f(x.subject, x.action, x.count, x.last, x.pause, x.waiting, x.attempts, x.about);
}

template <class I>
typename I::result_type inspect(I& f, progress& x) {
  return f(x.has_target,
    x.problem,
    x.warnings,
    x.unread,
    x.store_silent,
    x.settled,
    x.arrivals,
    x.target,
    x.running,
    x.waits,
    x.failures,
    x.commits,
    x.engine,
    x.images,
    x.locks,
    x.holds);
}

template <class I>
typename I::result_type inspect(I& f, step_note& x) {
  return f(x.what, x.action, x.subject, x.text, x.why, x.pause);
}

} // namespace copal
