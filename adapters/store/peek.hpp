#pragma once

#include "messages/result.hpp"
#include "messages/store.hpp"

#include <filesystem>
#include <map>
#include <vector>

namespace copal::store {

/// What a store keeps, of what a plan needs.
struct kept_facts {
  std::vector<image_row> rows;
  std::map<app_id, commit_id> commits;
  std::vector<service_key> keys;
  std::vector<service_hold> holds;
  std::vector<service_downtime> downtimes;
};

/// Reads a store that somebody else may have open, and leaves it as it is: neither the file nor a
/// lock of it is touched. A file that is not there holds nothing. What would be taken over from
/// `older`, the database of a Node supervisor, counts; empty: there is none. Errors: `corrupt` (it
/// cannot be read), `conflict` (it is newer than this build), `unavailable` (no permission, I/O, or
/// it changed all the time).
result<kept_facts> peek(const std::filesystem::path& path, const std::filesystem::path& older = {});

} // namespace copal::store
