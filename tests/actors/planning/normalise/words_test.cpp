#include "actors/planning/normalise/words.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace copal::planning {
namespace {

std::string joined(const result<std::vector<std::string>>& words) {
  if (!words)
    return "refused: " + words.error().what;
  std::string out;
  for (const auto& word : *words)
    out += '[' + word + ']';
  return out;
}

TEST_SUITE("planning") {
  TEST_CASE("words: a command line splits like a shell's, and nothing is expanded") {
    const struct {
      std::string name;
      std::string line, words;
    } rows[] = {
      {"nothing", "", ""},
      {"only blanks", " \t\n ", ""},
      {"blanks part words", "  sleep \t 100\n", "[sleep][100]"},
      {"double quotes keep words together", R"(sh -c "sleep 1")", "[sh][-c][sleep 1]"},
      {"single quotes too", "sh -c 'sleep 1'", "[sh][-c][sleep 1]"},
      {"quotes inside a word", R"(a"b c"d'e f'g)", "[ab cde fg]"},
      {"an empty word", R"(a '' "")", "[a][][]"},
      {"a backslash takes the next character", R"(a\ b \"c)", R"([a b]["c])"},
      {"a backslash in single quotes is text", R"('a\n')", R"([a\n])"},
      {"in double quotes it escapes only four", R"("\" \\ \$ \n")", R"([" \ $ \n])"},
      {"variables are text", "$HOME ${B} \"$C\"", "[$HOME][${B}][$C]"},
      {"a dollar in single quotes gets no backslash", "'q $A'", "[q $A]"},
      {"globs are text", "*.txt ? [ab]", "[*.txt][?][[ab]]"},
      {"a hash sign is text", "sleep 100 # c", "[sleep][100][#][c]"},
      {"operators are words of their own", "a > b && c; d | e", "[a][>][b][&&][c][;][d][|][e]"},
      {"also without blanks", "a>b||c 2>&1", "[a][>][b][||][c][2][>&][1]"},
      {"an open single quote", "sh -c 'oops", "refused: a single quote is not closed"},
      {"an open double quote", "sh -c \"oops", "refused: a double quote is not closed"},
      {"a double quote that is only escaped",
        R"("oops\")",
        "refused: a double quote is not closed"},
      {"a backslash at the end", "a \\", "refused: it ends in a backslash"},
      {"bytes beyond ASCII stay", "ech\u00f6 \u4f60", "[ech\u00f6][\u4f60]"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.name);
      CHECK(joined(split_words(row.line)) == row.words);
    }
  }
}

} // namespace
} // namespace copal::planning
