#pragma once

#include "messages/model/image.hpp"

#include <string>
#include <vector>

namespace copal::planning {

/// True when the image goes by a name of the supervisor's own repository, whatever its tag: what
/// runs, and what an older one is gone back to, is never removed. `own` is the supervisor's image
/// as the host names it; empty: it has none. The repository's name from before the company's is
/// meant too. Source: spec/state-engine.md §6.4; of (b) there, the removal itself is left to the
/// host (docs/decisions/0116).
bool is_own_image(const engine_image& image, const std::string& own);

// Which of an image's names are whose (docs/decisions/0114).

/// Registry and repository, as engines list them; empty when it is the name of no image.
std::string repository_of(const std::string& name);

/// The name as the engine lists it among the image's; empty when it does not. Unlike with
/// `has_name`, a digest is that of its repository only.
std::string listed_name(const engine_image& image, const std::string& name);

/// The name that a fetch by this one has put on the image, as far as it is still there: the listed
/// name, else, of a tag that has moved on, the digest that came with it. Empty: none.
std::string own_name(const engine_image& image, const std::string& name);

/// The own name, where it can be taken from the image for itself: a digest goes with the last tag
/// of its repository, and beside that tag the engine refuses to remove it while a container uses
/// the image. Source: seen of Docker 20.10.
std::string removable_name(const engine_image& image, const std::string& name);

/// The image as it is when that was removed: the last tag of a repository takes the digests along.
engine_image without_name(engine_image image, const std::string& name);

/// Whether what was fetched by that name can go while others hold the image by these: it must keep
/// an own name of one of them, and each must still find it.
bool can_lose(
  const engine_image& image, const std::string& name, const std::vector<std::string>& holders);

/// Whether a fetch by one name puts the other on its image: itself, and of a tag the digest.
bool brings(const std::string& fetched, const std::string& name);

} // namespace copal::planning
