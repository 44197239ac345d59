#include "actors/planning/diff.hpp"

#include <algorithm>

namespace copal::planning {

namespace {

/// Equal data whatever the order of keys.
bool same(const value& a, const value& b) {
  const auto* left = a.as_map();
  const auto* right = b.as_map();
  if (left == nullptr || right == nullptr) {
    const auto* xs = a.as_list();
    const auto* ys = b.as_list();
    if (xs == nullptr || ys == nullptr)
      return a == b;
    return std::equal(xs->begin(), xs->end(), ys->begin(), ys->end(), same);
  }
  return left->size() == right->size()
         && std::all_of(left->begin(), left->end(), [&b](const auto& m) {
              const auto* other = b.find(m.key);
              return other != nullptr && same(m.val, *other);
            });
}

} // namespace

value diff(const value& before, const value& after, int depth) {
  value found = value::map({});
  if (same(before, after))
    return found;
  const auto* members = after.as_map();
  if (members == nullptr || !before.is(value::kind::map) || depth < 1)
    return after;
  for (const auto& m : *members) {
    const auto* old = before.find(m.key);
    if (old == nullptr)
      found.set(m.key, m.val);
    else if (!same(*old, m.val))
      found.set(m.key, diff(*old, m.val, depth - 1));
  }
  return found;
}

value prune(const value& tree) {
  const auto* members = tree.as_map();
  if (members == nullptr)
    return tree;
  value kept = value::map({});
  for (const auto& m : *members) {
    auto inner = prune(m.val);
    if (const auto* map = inner.as_map(); map != nullptr && map->empty())
      continue;
    kept.set(m.key, std::move(inner));
  }
  return kept;
}

} // namespace copal::planning
