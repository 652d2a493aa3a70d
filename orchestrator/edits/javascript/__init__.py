"""Config objects in JavaScript and TypeScript: found through what the file exports, edited by patches."""
