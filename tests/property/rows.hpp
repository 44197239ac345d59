#pragma once

#include "messages/model/engine_feature.hpp"
#include "messages/model/target.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace copal::property {

enum class sameness : std::uint8_t {
  exact,
  any_order, ///< Lists with the same items.
  among,     ///< The expected items stand among others.
};

/// One meaning of one field.
struct row {
  std::string_view field;
  std::string_view meaning;
  /// Compositions' values as JSON, each meaning the same; an empty one leaves the field out.
  std::vector<std::string_view> forms;
  /// Where Docker's inspect shows it (members joined by dots; `@` before the last one when that has
  /// dots), and what it shows there, as JSON. In it "@image" is the image's id, "@db" the mode of
  /// the network of the container `db`, "@locks" the folder of the locks, "@any" whatever is there.
  std::vector<std::pair<std::string_view, std::string_view>> shown;
  sameness how = sameness::exact;
  std::string_view beside{}; ///< The rest of the composition, as JSON.
  std::string_view image = "property/plain:1";
  dialect from = dialect::cloud_v3;
  bool is_dockers = false; ///< podman wants another value, which the property test gives it.
  std::optional<engine_feature> needs{}; ///< An engine that drops it shows something else.

  [[nodiscard]] std::string name() const {
    return std::string{field} + ": " + std::string{meaning};
  }
};

/// At least one for each field of the table of spec/state-engine.md §2, and for each that Copal
/// knows beyond it.
const std::vector<row>& rows();

// Its two parts.
std::vector<row> process_rows();
std::vector<row> machine_rows();

} // namespace copal::property
