#pragma once

namespace copal::test {

/// Whether an assertion of the present test case has failed.
bool something_failed();

} // namespace copal::test
