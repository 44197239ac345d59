#pragma once

#include "messages/model/target.hpp"
#include "messages/model/value.hpp"
#include "tests/support/random.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Compositions by chance: valid ones, over all fields that planning reads.
namespace copal::property {

enum class make_of_engine : std::uint8_t { docker, podman };
std::string_view to_string(make_of_engine x);

/// What a value is made for.
struct situation {
  make_of_engine engine = make_of_engine::docker;
  dialect form = dialect::cloud_v3;
};

/// A field of a composition. Different values of `make` have different meanings.
struct field {
  std::string_view name;
  unsigned percent; ///< Of the cases that have it.
  value (*make)(test::random_source&, const situation&);
  /// Names that a comparison gives a change of it; those with `(` may go on. Empty: none ever, for
  /// the reason in `why`.
  std::vector<std::string_view> compared_as;
  std::string_view why;
  /// What the target does not say the engine chooses, and that counts as equal: a value that comes
  /// new may be the one that it chose.
  bool engine_chooses = false;
};

/// All of them, in the order in which they are made.
std::span<const field> fields();

/// A composition for a service `web`. The order of draws is fixed: the same seed, the same result.
value make_composition(test::random_source& chance, const situation& at);

/// True for what `exceptions` names: a field, or a part or a combination by a name of its own.
bool is_left_out(std::string_view name, make_of_engine engine);

struct exception {
  make_of_engine engine;
  std::string_view field;
  std::string_view why;
};
/// What an engine really cannot do, or what the test must not let it do. Each has its row in
/// docs/compatibility.md.
std::span<const exception> exceptions();

/// Another composition in which only this field differs, or null where there is none that this
/// form takes.
value with_change(
  const value& composition, const field& what, test::random_source& chance, const situation& at);

/// The first three numbers of a network's addresses, with the last dot.
std::string subnet_of(std::string_view network, dialect form);

/// The beginning of its IPv6 addresses, "fd00:177::".
std::string ipv6_subnet_of(std::string_view network, dialect form);

/// A document around the composition, with the networks and volumes that it may name.
target_document document_of(const value& composition, std::string_view image, dialect form);

} // namespace copal::property
