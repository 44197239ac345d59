#include "actors/planning/normalise/normalise.hpp"

#include "actors/planning/normalise/cloud.hpp"
#include "actors/planning/normalise/compose.hpp"
#include "actors/planning/normalise/older_target.hpp"
#include "actors/planning/normalise/reading.hpp"

namespace copal::planning {

namespace {

/// The first problems in full, the rest as a number.
std::string tell(const std::vector<std::string>& problems) {
  constexpr std::size_t most = 5;
  std::string out;
  for (std::size_t i = 0; i < problems.size() && i < most; ++i)
    out += (i == 0 ? "" : "\n") + problems[i];
  if (problems.size() > most)
    out += "\nand " + std::to_string(problems.size() - most) + " more";
  return out;
}

} // namespace

result<normalised> normalise_target(const target_document& document, const device_facts& device) {
  if (document.form == dialect::cloud_v2) {
    auto doc = upgraded_target(document.doc, device.uuid);
    if (!doc)
      return fail(doc.error().with_context(document.origin));
    return normalise_target({dialect::cloud_v3, document.origin, std::move(*doc)}, device);
  }
  findings found{document.form, document.origin, {}, {}};
  const node root{document.doc, found};
  normalised out;
  out.target = document.form == dialect::compose ? read_compose_target(root, device)
                                                 : read_cloud_target(root, device);
  if (!found.problems.empty())
    return fail(errc::invalid_input, tell(found.problems));
  out.warnings = std::move(found.warnings);
  return out;
}

} // namespace copal::planning
