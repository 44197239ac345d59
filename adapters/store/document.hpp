#pragma once

#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <string>

namespace copal::store {

/// A document as it is kept: plain JSON, and beside it the lines of its nodes, so that a message
/// about it still names the line after a restart.
struct kept_document {
  std::string text;
  /// Differences between the lines of one node and the next, in the order of the text, runs of
  /// equal ones folded: "1 0*4 2" is a node on line 1, four more there, one on line 3.
  std::string lines;
};

/// `invalid_input`: JSON cannot say it (a text that is not UTF-8, a number that is not finite).
result<kept_document> keep(const value& doc);

/// `corrupt`: the text is not JSON, or the lines are not of this text.
result<value> restore(const kept_document& kept);

} // namespace copal::store
