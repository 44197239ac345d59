#pragma once

#include "messages/model/value.hpp"
#include "tests/fakes/engine_world.hpp"
#include "tests/support/random.hpp"

namespace copal::test {

/// Fills the registry with the images that drawn targets name: `registry.sim/app<0..5>:<1..2>`, and
/// one of them by digest. Each can be had by its digest, too, in its own repository and in another.
void publish_images(engine_world& world);

/// The same target with some of the images by another of the names that the registry has for them.
/// No service is stopped before its image is there: whether it is another one shows only then.
value respelled(random_source& random, value target, const engine_world& world);

/// Draws a target document in the cloud's v3 form: no, one or two apps; up to four services each
/// with images, environment, ports, networks, volumes, dependencies on conditions that can be met,
/// restart policies and strategies, and with contracts that the device may not meet. Two draws have
/// much in common, as two releases of a fleet have.
value draw_target(random_source& random);

/// Draws the target after another one: the same, or with one service drawn anew, added or removed,
/// or one that has nothing to do with it. What did not change must be left alone.
value draw_next_target(random_source& random, const value& before);

/// The same target with a variable of the device's configuration.
value with_config(value target, const std::string& name, const std::string& text);

/// Two apps that are alike: each one service with a volume.
value two_apps();
value no_apps();

/// An app with one service that hands over from release to release, and one that does not.
value handing_over(std::int64_t release);

} // namespace copal::test
