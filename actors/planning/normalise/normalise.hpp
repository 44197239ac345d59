#pragma once

#include "messages/model/target.hpp"
#include "messages/result.hpp"

#include <string>
#include <vector>

namespace copal::planning {

/// A target that was understood, and what of its document was not needed for that.
struct normalised {
  device_target target;
  std::vector<std::string> warnings; ///< For people: what was ignored, and where it stood.

  bool operator==(const normalised&) const = default;
};

/// Turns a target document into the model. Total: any value tree gives a target or `invalid_input`
/// with a text that says where, what was found, what was expected and what to do. All or nothing:
/// one bad value rejects the whole document. The same document gives the same target, whatever the
/// order of its keys where that order has no meaning.
/// Source: spec/cloud-protocol.md §4.3 and §4.4 (cloud), spec/state-engine.md §2 (both
/// dialects).
result<normalised> normalise_target(const target_document& document, const device_facts& device);

} // namespace copal::planning
