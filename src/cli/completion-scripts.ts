/** Each asks `rankfront --complete WORDS`, the last of which is being typed; where that knows nothing, files are offered. */

export const completionScripts = {
  bash: `# Completion of rankfront for bash: source <(rankfront completion bash)
_rankfront() {
  local IFS=$'\\n'
  COMPREPLY=($("$1" --complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _rankfront rankfront`,
  zsh: `#compdef rankfront
# Completion of rankfront for zsh: source <(rankfront completion zsh)
_rankfront() {
  local -a found
  found=("\${(@f)$(rankfront --complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found[1]" ]]; then compadd -a found; else _files; fi
}
compdef _rankfront rankfront`,
  fish: `# Completion of rankfront for fish: rankfront completion fish > ~/.config/fish/completions/rankfront.fish
function __rankfront_complete
  set -l words (commandline -opc)
  set -e words[1]
  rankfront --complete $words (commandline -ct | string collect --allow-empty) 2>/dev/null
end
complete -c rankfront -a '(__rankfront_complete)'`,
} as const;
