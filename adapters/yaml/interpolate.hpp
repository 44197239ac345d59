#pragma once

#include "messages/model/value.hpp"
#include "messages/result.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What compose does to the texts of a file before their meaning is looked at. Pure.
/// Source: Compose file reference, "Interpolation".
namespace copal::yaml {

/// The value of a variable; absent when it is not set.
using variables = std::function<std::optional<std::string>(std::string_view name)>;

/// A text with its variables replaced: `$NAME`, `${NAME}`, with `:-` and `-` a default, with `:?`
/// and `?` an error, with `:+` and `+` an alternative (with the colon, an empty variable is as good
/// as none), each of which may hold variables itself. `$$` is a dollar, and so is one that begins
/// neither. A variable that is not set leaves nothing and is added to `unset`. `invalid_input`: a
/// brace that does not close, no name in braces, an operator that there is not, a required variable
/// that is not set. `exhausted`: longer than a mebibyte, nested deeper than 20.
result<std::string> substitute(
  std::string_view text, const variables& lookup, std::vector<std::string>& unset);

struct interpolated {
  value doc;
  std::vector<std::string>
    warnings; ///< "line 3: the variable TAG is not set; it stands for nothing"
};

/// Replaces the variables in every text of a document, keys excepted; nodes keep their lines, and
/// texts stay texts. Errors as above, beginning with "line N: "; also `exhausted` when all texts
/// together exceed 4 MiB.
result<interpolated> interpolate(value doc, const variables& lookup);

} // namespace copal::yaml
