#pragma once

#include "messages/model/container.hpp"
#include "messages/model/target.hpp"
#include "messages/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace copal {

// A target from a file: first what the edge is asked and what it tells.
namespace target_file {

/// Asks for the file as it is now; while somebody is writing it, as it is when that is over.
struct read {};

/// What a look at the file gave: a document, or the reason why there is none. Told again whenever
/// it differs from the last time.
struct reading {
  std::uint64_t incarnation = 0; ///< Of the edge. A pair with a lower one of both is older.
  std::uint64_t number = 0;
  std::string path;
  std::string project; ///< Of a compose file; empty when there is no document.
  std::optional<target_document> doc;
  /// `not_found` (no such file), `invalid_input` and `exhausted` (its content; the text begins with
  /// "<file>:<line>"), `unavailable` (it cannot be read).
  std::optional<error> why;
  std::vector<std::string> warnings; ///< Variables that are not set; a watch that is not possible.

  bool operator==(const reading&) const = default;
};

/// Asks whether another file is there still.
struct find_other {
  std::string path;
};
struct other_found {
  bool there = false; ///< It is there, and it is not the followed one under another name.
};

template <class I>
typename I::result_type inspect(I& f, read&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, reading& x) {
  return f(x.incarnation, x.number, x.path, x.project, x.doc, x.why, x.warnings);
}

template <class I>
typename I::result_type inspect(I& f, find_other& x) {
  return f(x.path);
}

template <class I>
typename I::result_type inspect(I& f, other_found& x) {
  return f(x.there);
}

} // namespace target_file

/// Asks what is known of the file that the target comes from.
struct get_target_source {};

/// Told also whenever it changes.
struct target_source_state {
  std::string path;
  std::string project;
  std::optional<wall_time> accepted; ///< When its content last became the target.
  commit_id commit;                  ///< Of that content; empty in the cloud's form.
  bool refused =
    false;             ///< The state belongs to another file; nothing is done until that is mended.
  std::string problem; ///< Why the file as it is now is not the target; empty when it is.
  std::vector<std::string> warnings;

  bool operator==(const target_source_state&) const = default;
};

template <class I>
typename I::result_type inspect(I& f, get_target_source&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, target_source_state& x) {
  return f(x.path, x.project, x.accepted, x.commit, x.refused, x.problem, x.warnings);
}

} // namespace copal
