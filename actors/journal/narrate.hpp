#pragma once

#include "actors/journal/narrate_containers.hpp"
#include "messages/journal.hpp"
#include "messages/store.hpp"
#include "messages/supervision.hpp"
#include "messages/target_file.hpp"
#include "messages/update.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/// From what the actors know to lines for people. Pure.
namespace copal::journal_parts {

/// What has been told already, so that each thing is told once.
struct story {
  story() {}

  // Of the target and the way to it.
  bool settled = false;
  std::uint64_t arrivals = 0;
  bool engine_looked_for = false;
  bool engine_there = false;
  std::string engine_silent; ///< Why; likewise below.
  std::string images_silent;
  std::string store_silent;
  std::string problem;
  std::set<std::string> warnings;
  std::vector<std::string> contracts;        ///< What of them is not met, as it was told.
  std::map<std::string, std::string> locks;  ///< Waits for users' locks, by subject.
  std::map<std::string, int> fetched;        ///< Percent told, by image.
  std::map<std::string, int> fetch_failures; ///< Told, by image.
  std::set<std::string> unknown_sizes;       ///< Images of which it was told that it is not known.
  std::set<std::string> no_room;             ///< Images of which it was told.

  told_containers containers;

  target_source_state source; ///< As it was told last.

  // Of the children.
  std::map<std::string, child_health> children;
};

/// The target, the engine, fetches, locks: what is new since the last one.
std::vector<log_line> narrate(story& told, const progress& now);

/// A step began (`info`), is done (`debug`), or failed (`warning`, with the time of the next try).
std::vector<log_line> narrate(const step_note& note);

/// The target's file: that it was accepted, or why not.
std::vector<log_line> narrate(story& told, const target_source_state& now);

/// Children that went down, came back or hang.
std::vector<log_line> narrate(story& told, const health& now);

/// What the store found when it was opened, if that was not as it should be.
std::vector<log_line> narrate(const store::store_facts& found);

/// "1.5 s", "3 min": for people.
std::string duration_text(std::chrono::milliseconds x);

} // namespace copal::journal_parts
