#pragma once

#include <nlohmann/json.hpp>

namespace copal::test {

/// Makes the body of a create call and the one that is written from the inspection afterwards
/// comparable: takes back what the engine puts in between.
/// Source: spec/state-engine.md §14 and the notes of the recordings.
void forgive_the_engine(
  nlohmann::json& sent, nlohmann::json& read_back, const nlohmann::json& inspect);

} // namespace copal::test
