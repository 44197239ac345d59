#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace copal::planning {

/// A version as people number software: `1.2.3`, `6.0.10-rc.1+rev2`.
struct semantic_version {
  std::array<std::uint64_t, 3> numbers{};
  std::vector<std::string> prerelease; ///< What stands behind a `-`; empty: a release.

  /// Reads a version. Tolerant, since operating systems and boards number theirs as they please: a
  /// leading `v`, leading zeros and missing numbers (`20.04`) are fine; what stands behind a `+`
  /// (`+rev1`) has no meaning.
  static std::optional<semantic_version> parse(std::string_view text);

  /// A prerelease comes before its release; its parts are compared as numbers where both are.
  /// Source: semver.org 2.0.0, 11.
  std::strong_ordering operator<=>(const semantic_version& other) const;
  bool operator==(const semantic_version& other) const { return (*this <=> other) == 0; }
};

/// `1.2.3-rc.1`, always with three numbers.
std::string to_string(const semantic_version& x);

/// Which versions will do: `>=1.2 <3`, `^1.2.3`, `~2.4`, `1.x`, `1.2 - 2.3`, joined by `||`.
/// A prerelease is a version like any other, so that a device on `6.1.0-beta` is on something newer
/// than 6.0; but `^`, `~` and `x` end before the prereleases of what they exclude.
/// Source: spec/cloud-protocol.md §11; the README of npm's `semver`, "Ranges".
class version_range {
public:
  /// Nothing when the text is no range.
  static std::optional<version_range> parse(std::string_view text);

  [[nodiscard]] bool holds(const semantic_version& v) const;

private:
  enum class bound : std::uint8_t { below, up_to, exactly, from, above };

  struct limit {
    bound where = bound::exactly;
    semantic_version version;
  };
  using limits = std::vector<limit>; ///< All hold; none: any version.

  friend class range_reader;

  std::vector<limits> alternatives_; ///< One of them holds.
};

} // namespace copal::planning
