#pragma once

#include "tests/integration/support/recording_proxy.hpp"

#include <map>
#include <string>
#include <vector>

namespace copal::test {

/// A call in few words, with names for ids: `create web`, `stop web`, `pull test/base:1`,
/// `create network default`, `inspect web`, `list containers`, `watch`. `names` has what the ids in
/// paths stand for. A name is a service's, or a network's or volume's without the app before it.
std::string in_words(const seen_call& call, const std::map<std::string, std::string>& names);

/// Whether a call only looks.
bool only_looks(const seen_call& call);

/// `web` of `web_72_70_c0ffee`, `default` of `<32 hex digits>_default`, `data` of `7_data`.
std::string short_name(const std::string& name);

} // namespace copal::test
