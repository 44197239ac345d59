#pragma once

#include "tests/actors/planning/situations.hpp"
#include "tests/support/random.hpp"

/// Devices by chance, for what holds of every one.
namespace copal::planning::situations {

/// Services that may wait for each other, or for a name that is none; never in a circle.
std::vector<service> random_services(test::random_source& random);

/// An app that ran, and whatever its target is now.
void random_app(device& d, int app, test::random_source& random);

/// What time, users and crashes do to a device that ran.
void disturb(device& d, test::random_source& random);

/// A device that has a way to go, and that nothing holds back.
device random_device(test::random_source& random);

/// What may be otherwise than on the day it was made, and is no reason to touch anything.
void age(situation& s, test::random_source& random);

/// What can hold steps back: work under way, failures, locks, downloads, and a side that is away.
void hold_back(device& d, test::random_source& random);

} // namespace copal::planning::situations
