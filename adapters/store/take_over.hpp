#pragma once

#include "adapters/store/opening.hpp"

#include <filesystem>

namespace copal::store {

/// Takes into an open store what the database of an older supervisor knows, all or nothing, unless
/// it did so before and that file has not changed since. What is there under the same key is
/// replaced: the other one was in charge last. An image that was fetched by digest gets a row more,
/// of no service, for the tag `latest` that it was given. `facts` tells what was taken, or why
/// nothing could be. A file that cannot be read is no error, and one that never will is looked at
/// once. Errors are those of the store itself.
result<void> take_over(opened& own, const std::filesystem::path& older);

} // namespace copal::store
